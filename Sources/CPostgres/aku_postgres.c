#include "aku_postgres.h"

#include <dlfcn.h>
#include <stdio.h>

/// The diagnostic fields that are asked for (`PG_DIAG_SQLSTATE`, `PG_DIAG_CONSTRAINT_NAME`).
#define FIELD_SQLSTATE 'C'
#define FIELD_CONSTRAINT 'n'

typedef void (*notice_processor)(void *, const char *);

/// Every function that is used: result, name, arguments.
#define FUNCTIONS(F) \
    F(aku_pq_connection *, PQconnectdbParams, (const char *const *, const char *const *, int)) \
    F(void, PQfinish, (aku_pq_connection *)) \
    F(int, PQstatus, (const aku_pq_connection *)) \
    F(int, PQtransactionStatus, (const aku_pq_connection *)) \
    F(int, PQserverVersion, (const aku_pq_connection *)) \
    F(int, PQsocket, (const aku_pq_connection *)) \
    F(char *, PQerrorMessage, (const aku_pq_connection *)) \
    F(const char *, PQparameterStatus, (const aku_pq_connection *, const char *)) \
    F(notice_processor, PQsetNoticeProcessor, (aku_pq_connection *, notice_processor, void *)) \
    F(aku_pq_result *, PQexec, (aku_pq_connection *, const char *)) \
    F(aku_pq_result *, PQprepare, (aku_pq_connection *, const char *, const char *, int, const unsigned int *)) \
    F(aku_pq_result *, PQexecPrepared, \
      (aku_pq_connection *, const char *, int, const char *const *, const int *, const int *, int)) \
    F(aku_pq_result *, PQgetResult, (aku_pq_connection *)) \
    F(void, PQclear, (aku_pq_result *)) \
    F(int, PQresultStatus, (const aku_pq_result *)) \
    F(char *, PQresultErrorMessage, (const aku_pq_result *)) \
    F(char *, PQresultErrorField, (const aku_pq_result *, int)) \
    F(int, PQntuples, (const aku_pq_result *)) \
    F(int, PQnfields, (const aku_pq_result *)) \
    F(char *, PQfname, (const aku_pq_result *, int)) \
    F(unsigned int, PQftype, (const aku_pq_result *, int)) \
    F(int, PQgetisnull, (const aku_pq_result *, int, int)) \
    F(int, PQgetlength, (const aku_pq_result *, int, int)) \
    F(char *, PQgetvalue, (const aku_pq_result *, int, int)) \
    F(char *, PQcmdTuples, (aku_pq_result *)) \
    F(int, PQputCopyData, (aku_pq_connection *, const char *, int)) \
    F(int, PQputCopyEnd, (aku_pq_connection *, const char *)) \
    F(int, PQgetCopyData, (aku_pq_connection *, char **, int)) \
    F(int, PQconsumeInput, (aku_pq_connection *)) \
    F(void *, PQnotifies, (aku_pq_connection *)) \
    F(void, PQfreemem, (void *))

#define DECLARE(result, name, arguments) result(*name) arguments;
static struct {
    FUNCTIONS(DECLARE)
} pq;

/// 0 before the first call of `aku_pq_load`, 1 when the library is open.
static int is_loaded;

int aku_pq_load(const char *path, char *message, size_t size) {
    if (is_loaded) return 0;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(message, size, "%s", dlerror());
        return -1;
    }
#define FIND(result, name, arguments) \
    pq.name = (result(*) arguments)dlsym(library, #name); \
    if (!pq.name) { \
        snprintf(message, size, "it has no %s", #name); \
        dlclose(library); \
        return -1; \
    }
    FUNCTIONS(FIND)
    is_loaded = 1;
    return 0;
}

/// Notices ("relation exists, skipping") are of no use to the server's log.
static void ignore_notice(void *context, const char *message) {
    (void)context;
    (void)message;
}

aku_pq_connection *aku_pq_connect(const char *const *keywords, const char *const *values) {
    aku_pq_connection *connection = pq.PQconnectdbParams(keywords, values, 1);
    if (connection) pq.PQsetNoticeProcessor(connection, ignore_notice, NULL);
    return connection;
}

void aku_pq_finish(aku_pq_connection *connection) { pq.PQfinish(connection); }
int aku_pq_status(const aku_pq_connection *connection) { return pq.PQstatus(connection); }
int aku_pq_transaction_status(const aku_pq_connection *connection) { return pq.PQtransactionStatus(connection); }
int aku_pq_server_version(const aku_pq_connection *connection) { return pq.PQserverVersion(connection); }
int aku_pq_socket(const aku_pq_connection *connection) { return pq.PQsocket(connection); }
const char *aku_pq_error_message(const aku_pq_connection *connection) { return pq.PQerrorMessage(connection); }
const char *aku_pq_parameter(const aku_pq_connection *connection, const char *name) {
    return pq.PQparameterStatus(connection, name);
}

aku_pq_result *aku_pq_exec(aku_pq_connection *connection, const char *sql) { return pq.PQexec(connection, sql); }
aku_pq_result *aku_pq_prepare(
    aku_pq_connection *connection, const char *name, const char *sql, int count, const unsigned int *types) {
    return pq.PQprepare(connection, name, sql, count, types);
}
aku_pq_result *aku_pq_exec_prepared(
    aku_pq_connection *connection, const char *name, int count, const char *const *values, const int *lengths,
    const int *formats) {
    return pq.PQexecPrepared(connection, name, count, values, lengths, formats, 1);
}
aku_pq_result *aku_pq_get_result(aku_pq_connection *connection) { return pq.PQgetResult(connection); }
void aku_pq_clear(aku_pq_result *result) { pq.PQclear(result); }

int aku_pq_result_status(const aku_pq_result *result) { return pq.PQresultStatus(result); }
const char *aku_pq_result_message(const aku_pq_result *result) { return pq.PQresultErrorMessage(result); }
const char *aku_pq_result_code(const aku_pq_result *result) { return pq.PQresultErrorField(result, FIELD_SQLSTATE); }
const char *aku_pq_result_constraint(const aku_pq_result *result) {
    return pq.PQresultErrorField(result, FIELD_CONSTRAINT);
}
int aku_pq_row_count(const aku_pq_result *result) { return pq.PQntuples(result); }
int aku_pq_column_count(const aku_pq_result *result) { return pq.PQnfields(result); }
const char *aku_pq_column_name(const aku_pq_result *result, int column) { return pq.PQfname(result, column); }
unsigned int aku_pq_column_type(const aku_pq_result *result, int column) { return pq.PQftype(result, column); }
int aku_pq_is_null(const aku_pq_result *result, int row, int column) { return pq.PQgetisnull(result, row, column); }
int aku_pq_length(const aku_pq_result *result, int row, int column) { return pq.PQgetlength(result, row, column); }
const char *aku_pq_value(const aku_pq_result *result, int row, int column) {
    return pq.PQgetvalue(result, row, column);
}
const char *aku_pq_changed_rows(aku_pq_result *result) { return pq.PQcmdTuples(result); }

int aku_pq_put_copy(aku_pq_connection *connection, const char *bytes, int count) {
    return pq.PQputCopyData(connection, bytes, count);
}
int aku_pq_end_copy(aku_pq_connection *connection, const char *error) { return pq.PQputCopyEnd(connection, error); }
int aku_pq_get_copy(aku_pq_connection *connection, char **buffer) {
    return pq.PQgetCopyData(connection, buffer, 0);
}
void aku_pq_free(void *memory) { pq.PQfreemem(memory); }

int aku_pq_consume(aku_pq_connection *connection) { return pq.PQconsumeInput(connection); }
int aku_pq_take_notification(aku_pq_connection *connection) {
    void *notification = pq.PQnotifies(connection);
    if (!notification) return 0;
    pq.PQfreemem(notification);
    return 1;
}
