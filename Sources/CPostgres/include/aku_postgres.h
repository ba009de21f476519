/// A narrow C face of libpq, PostgreSQL's client library: it is opened at run time, nothing is linked, and no header of
/// PostgreSQL is copied. The functions and constants are those of libpq's documentation ("libpq — C Library"), which
/// keeps them stable under the name libpq.so.5.
#ifndef AKU_POSTGRES_H
#define AKU_POSTGRES_H

#include <stddef.h>

/// `PGconn` and `PGresult`.
typedef struct aku_pq_connection aku_pq_connection;
typedef struct aku_pq_result aku_pq_result;

/// `ConnStatusType`: the connection stands.
#define AKU_PQ_CONNECTION_OK 0
/// `ExecStatusType`.
#define AKU_PQ_COMMAND_OK 1
#define AKU_PQ_TUPLES_OK 2
#define AKU_PQ_COPY_OUT 3
#define AKU_PQ_COPY_IN 4
#define AKU_PQ_EMPTY_QUERY 0
/// `PGTransactionStatusType`.
#define AKU_PQ_IDLE 0
#define AKU_PQ_IN_TRANSACTION 2
#define AKU_PQ_IN_ERROR 3

/// Opens the library at `path` (anything that dlopen takes) once; later calls answer as the first did. Not for several
/// threads at once. Returns 0, or -1 with what is wrong in `message`.
int aku_pq_load(const char *path, char *message, size_t size);

aku_pq_connection *aku_pq_connect(const char *const *keywords, const char *const *values);
void aku_pq_finish(aku_pq_connection *connection);
int aku_pq_status(const aku_pq_connection *connection);
int aku_pq_transaction_status(const aku_pq_connection *connection);
int aku_pq_server_version(const aku_pq_connection *connection);
int aku_pq_socket(const aku_pq_connection *connection);
const char *aku_pq_error_message(const aku_pq_connection *connection);
const char *aku_pq_parameter(const aku_pq_connection *connection, const char *name);

aku_pq_result *aku_pq_exec(aku_pq_connection *connection, const char *sql);
aku_pq_result *aku_pq_prepare(
    aku_pq_connection *connection, const char *name, const char *sql, int count, const unsigned int *types);
/// Arguments in binary where `formats` says 1; the result comes in binary.
aku_pq_result *aku_pq_exec_prepared(
    aku_pq_connection *connection, const char *name, int count, const char *const *values, const int *lengths,
    const int *formats);
aku_pq_result *aku_pq_get_result(aku_pq_connection *connection);
void aku_pq_clear(aku_pq_result *result);

int aku_pq_result_status(const aku_pq_result *result);
const char *aku_pq_result_message(const aku_pq_result *result);
/// The SQLSTATE of a failure, or null.
const char *aku_pq_result_code(const aku_pq_result *result);
/// The name of the constraint that a failure is about, or null.
const char *aku_pq_result_constraint(const aku_pq_result *result);
int aku_pq_row_count(const aku_pq_result *result);
int aku_pq_column_count(const aku_pq_result *result);
const char *aku_pq_column_name(const aku_pq_result *result, int column);
unsigned int aku_pq_column_type(const aku_pq_result *result, int column);
int aku_pq_is_null(const aku_pq_result *result, int row, int column);
int aku_pq_length(const aku_pq_result *result, int row, int column);
const char *aku_pq_value(const aku_pq_result *result, int row, int column);
const char *aku_pq_changed_rows(aku_pq_result *result);

/// Bytes of COPY: 1 for accepted, -1 for failure.
int aku_pq_put_copy(aku_pq_connection *connection, const char *bytes, int count);
/// Ends COPY; `error` makes the server abandon it.
int aku_pq_end_copy(aku_pq_connection *connection, const char *error);
/// A row of COPY: its length, -1 at the end, -2 for failure; `buffer` is freed by `aku_pq_free`.
int aku_pq_get_copy(aku_pq_connection *connection, char **buffer);
void aku_pq_free(void *memory);

/// Reads what has arrived; 0 when the connection is gone.
int aku_pq_consume(aku_pq_connection *connection);
/// Takes one waiting notification; 0 when there is none.
int aku_pq_take_notification(aku_pq_connection *connection);

#endif
