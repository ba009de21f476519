/// A narrow C face of ONNX Runtime's C table: the library is opened at run time, nothing is linked.
///
/// The table (`OrtApi`) is append-only: slot numbers never change between releases, so the few functions that are
/// needed are called by number and no header of ONNX Runtime is copied. Every call that can fail fills an
/// `aku_ort_error`; every object that a call returns is released by the function named beside it.
#ifndef AKU_ONNXRUNTIME_H
#define AKU_ONNXRUNTIME_H

#include <stddef.h>
#include <stdint.h>

/// The largest rank of a tensor that is taken or returned.
#define AKU_ORT_MAX_RANK 16

/// What went wrong. `code` is 0 for success, an `OrtErrorCode` (1 to 16) from the runtime, or negative for the loader.
typedef struct {
    int32_t code;
    char message[1024];
} aku_ort_error;

/// The library could not be opened.
#define AKU_ORT_OPEN_FAILED (-1)
/// The library has no `OrtGetApiBase`, or is too old for the table version that is asked for.
#define AKU_ORT_NOT_A_RUNTIME (-2)
/// The runtime or the shim ran out of memory, or a tensor passes `AKU_ORT_MAX_RANK`.
#define AKU_ORT_LIMIT (-3)
/// The model's input or output is no tensor.
#define AKU_ORT_NOT_A_TENSOR (-4)

/// The opened library with its environment.
typedef struct aku_ort aku_ort;
/// A loaded model. `aku_ort_run` on one session may be called by several threads at once.
typedef struct aku_ort_session aku_ort_session;

/// Name, element type (`ONNXTensorElementDataType`) and shape (-1: any) of an input or output. Lives as long as the session.
typedef struct {
    const char *name;
    int32_t element_type;
    size_t rank;
    int64_t shape[AKU_ORT_MAX_RANK];
} aku_ort_tensor_info;

/// A tensor to run on. Numbers: `data` is `byte_count` bytes, little-endian, row-major.
/// Strings (element type 8): `data` is an array of `const char *`, one NUL-terminated string an element.
typedef struct {
    const char *name;
    int32_t element_type;
    size_t rank;
    const int64_t *shape;
    const void *data;
    size_t byte_count;
    size_t element_count;
} aku_ort_input;

/// A tensor that came back; released by `aku_ort_output_release`. `data` is null for strings.
typedef struct {
    void *value;
    int32_t element_type;
    size_t rank;
    int64_t shape[AKU_ORT_MAX_RANK];
    size_t element_count;
    const void *data;
} aku_ort_output;

/// Opens the library at `path` (anything that dlopen takes) with telemetry off. Null on failure.
/// The library stays mapped for the life of the process; `aku_ort_close` releases the environment.
aku_ort *aku_ort_open(const char *path, aku_ort_error *error);
void aku_ort_close(aku_ort *runtime);

/// The version of the library, for example "1.32.0".
const char *aku_ort_version(const aku_ort *runtime);

/// Loads a model from memory. `optimisation`: 0 none, 1 basic, 2 extended, 99 all. Null on failure.
aku_ort_session *aku_ort_session_create(
    aku_ort *runtime, const void *model, size_t byte_count, int32_t intra_threads, int32_t optimisation,
    aku_ort_error *error);
void aku_ort_session_release(aku_ort_session *session);

size_t aku_ort_input_count(const aku_ort_session *session);
size_t aku_ort_output_count(const aku_ort_session *session);
const aku_ort_tensor_info *aku_ort_input_info(const aku_ort_session *session, size_t index);
const aku_ort_tensor_info *aku_ort_output_info(const aku_ort_session *session, size_t index);

/// Runs the model. On success 0 is returned and each of `outputs` must be released; on failure none is held.
int32_t aku_ort_run(
    const aku_ort_session *session, const aku_ort_input *inputs, size_t input_count, const char *const *output_names,
    size_t output_count, aku_ort_output *outputs, aku_ort_error *error);
void aku_ort_output_release(const aku_ort_session *session, aku_ort_output *output);

/// The total bytes of a string output.
int32_t aku_ort_output_string_bytes(
    const aku_ort_session *session, const aku_ort_output *output, size_t *byte_count, aku_ort_error *error);
/// Copies a string output: `bytes` joined without separators, `offsets` one start an element.
int32_t aku_ort_output_strings(
    const aku_ort_session *session, const aku_ort_output *output, void *bytes, size_t byte_count, size_t *offsets,
    aku_ort_error *error);

#endif
