#define _DEFAULT_SOURCE

#include "aku_onnxruntime.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// The table version that is asked for: the oldest with every slot below; any release since 1.16 provides it.
#define TABLE_VERSION 16

typedef struct {
    const void *const *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
} api_base;

/// Slots of `OrtApi`, counted from 0.
enum {
    GET_ERROR_CODE = 1,
    GET_ERROR_MESSAGE = 2,
    CREATE_ENV = 3,
    DISABLE_TELEMETRY = 6,
    CREATE_SESSION_FROM_ARRAY = 8,
    RUN = 9,
    CREATE_SESSION_OPTIONS = 10,
    SET_OPTIMISATION = 23,
    SET_INTRA_THREADS = 24,
    SET_INTER_THREADS = 25,
    INPUT_COUNT = 30,
    OUTPUT_COUNT = 31,
    INPUT_TYPE = 33,
    OUTPUT_TYPE = 34,
    INPUT_NAME = 36,
    OUTPUT_NAME = 37,
    CREATE_TENSOR = 48,
    CREATE_TENSOR_WITH_DATA = 49,
    TENSOR_DATA = 51,
    FILL_STRINGS = 52,
    STRING_BYTES = 53,
    STRING_CONTENT = 54,
    CAST_TO_TENSOR_INFO = 55,
    ELEMENT_TYPE = 60,
    DIMENSION_COUNT = 61,
    DIMENSIONS = 62,
    ELEMENT_COUNT = 64,
    TENSOR_TYPE_AND_SHAPE = 65,
    CREATE_CPU_MEMORY_INFO = 69,
    ALLOCATOR_FREE = 76,
    DEFAULT_ALLOCATOR = 78,
    RELEASE_ENV = 92,
    RELEASE_STATUS = 93,
    RELEASE_MEMORY_INFO = 94,
    RELEASE_SESSION = 95,
    RELEASE_VALUE = 96,
    RELEASE_TYPE_INFO = 98,
    RELEASE_TENSOR_INFO = 99,
    RELEASE_SESSION_OPTIONS = 100,
    ADD_CONFIG = 130
};

struct aku_ort {
    const void *const *table;
    const char *version;
    void *environment;
    void *memory;
    void *allocator;
};

struct aku_ort_session {
    const aku_ort *runtime;
    void *handle;
    size_t input_count;
    size_t output_count;
    aku_ort_tensor_info *tensors;  // inputs, then outputs
};

/// Calls a slot that returns an `OrtStatus *`; the arguments' types stand at the call.
#define CALL(runtime, slot, types, ...) (((void *(*) types)(runtime)->table[slot])(__VA_ARGS__))
/// Calls a slot of another return type.
#define CALL_AS(result, runtime, slot, types, ...) (((result(*) types)(runtime)->table[slot])(__VA_ARGS__))

static void describe(aku_ort_error *error, int32_t code, const char *message) {
    error->code = code;
    snprintf(error->message, sizeof error->message, "%s", message ? message : "");
}

/// Takes a status over; returns 0 for success.
static int32_t check(const aku_ort *runtime, void *status, aku_ort_error *error) {
    if (!status) return 0;
    int32_t code = CALL_AS(int32_t, runtime, GET_ERROR_CODE, (const void *), status);
    describe(error, code ? code : 1, CALL_AS(const char *, runtime, GET_ERROR_MESSAGE, (const void *), status));
    CALL_AS(void, runtime, RELEASE_STATUS, (void *), status);
    return error->code;
}

aku_ort *aku_ort_open(const char *path, aku_ort_error *error) {
    describe(error, 0, "");
    // 1.28 and later carry telemetry that writes under the home folder on first use; it reads this when it is loaded.
    setenv("ORT_DISABLE_TELEMETRY", "1", 1);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        describe(error, AKU_ORT_OPEN_FAILED, dlerror());
        return NULL;
    }
    const api_base *(*get_base)(void) = (const api_base *(*)(void))dlsym(library, "OrtGetApiBase");
    const api_base *base = get_base ? get_base() : NULL;
    const void *const *table = base ? base->get_api(TABLE_VERSION) : NULL;
    if (!table) {
        describe(error, AKU_ORT_NOT_A_RUNTIME, get_base ? "the library is older than 1.16" : "it has no OrtGetApiBase");
        dlclose(library);
        return NULL;
    }
    aku_ort *runtime = calloc(1, sizeof *runtime);
    if (!runtime) {
        describe(error, AKU_ORT_LIMIT, "out of memory");
        return NULL;
    }
    runtime->table = table;
    runtime->version = base->get_version();
    // Level 4 (fatal): every failure reaches the caller as a status, so the runtime need not print it as well.
    if (check(runtime, CALL(runtime, CREATE_ENV, (int, const char *, void **), 4, "aku", &runtime->environment), error) ||
        check(runtime, CALL(runtime, DISABLE_TELEMETRY, (const void *), runtime->environment), error) ||
        check(runtime, CALL(runtime, CREATE_CPU_MEMORY_INFO, (int, int, void **), 0, 0, &runtime->memory), error) ||
        check(runtime, CALL(runtime, DEFAULT_ALLOCATOR, (void **), &runtime->allocator), error)) {
        aku_ort_close(runtime);
        return NULL;
    }
    return runtime;
}

void aku_ort_close(aku_ort *runtime) {
    if (!runtime) return;
    if (runtime->memory) CALL_AS(void, runtime, RELEASE_MEMORY_INFO, (void *), runtime->memory);
    if (runtime->environment) CALL_AS(void, runtime, RELEASE_ENV, (void *), runtime->environment);
    free(runtime);
}

const char *aku_ort_version(const aku_ort *runtime) { return runtime->version; }

/// Reads element type and shape from an `OrtTensorTypeAndShapeInfo`.
static int32_t read_shape(
    const aku_ort *runtime, const void *info, int32_t *type, size_t *rank, int64_t *shape, aku_ort_error *error) {
    int element_type = 0;
    if (check(runtime, CALL(runtime, ELEMENT_TYPE, (const void *, int *), info, &element_type), error) ||
        check(runtime, CALL(runtime, DIMENSION_COUNT, (const void *, size_t *), info, rank), error))
        return error->code;
    if (*rank > AKU_ORT_MAX_RANK) {
        describe(error, AKU_ORT_LIMIT, "a tensor has more than 16 dimensions");
        return error->code;
    }
    *type = element_type;
    return check(runtime, CALL(runtime, DIMENSIONS, (const void *, int64_t *, size_t), info, shape, *rank), error);
}

static int32_t read_info(
    const aku_ort_session *session, int name_slot, int type_slot, size_t index, aku_ort_tensor_info *out,
    aku_ort_error *error) {
    const aku_ort *runtime = session->runtime;
    char *name = NULL;
    if (check(runtime,
            CALL(runtime, name_slot, (const void *, size_t, void *, char **), session->handle, index, runtime->allocator, &name),
            error))
        return error->code;
    out->name = strdup(name);
    check(runtime, CALL(runtime, ALLOCATOR_FREE, (void *, void *), runtime->allocator, name), error);
    void *type = NULL;
    if (check(runtime, CALL(runtime, type_slot, (const void *, size_t, void **), session->handle, index, &type), error))
        return error->code;
    const void *info = NULL;
    int32_t code =
        check(runtime, CALL(runtime, CAST_TO_TENSOR_INFO, (const void *, const void **), type, &info), error);
    if (!code && !info) {
        describe(error, AKU_ORT_NOT_A_TENSOR, "an input or output of the model is no tensor");
        code = error->code;
    }
    if (!code) code = read_shape(runtime, info, &out->element_type, &out->rank, out->shape, error);
    CALL_AS(void, runtime, RELEASE_TYPE_INFO, (void *), type);
    return code;
}

/// Reads every input's and output's description.
static int32_t read_interface(aku_ort_session *session, aku_ort_error *error) {
    const aku_ort *runtime = session->runtime;
    if (check(runtime, CALL(runtime, INPUT_COUNT, (const void *, size_t *), session->handle, &session->input_count), error) ||
        check(runtime, CALL(runtime, OUTPUT_COUNT, (const void *, size_t *), session->handle, &session->output_count), error))
        return error->code;
    size_t count = session->input_count + session->output_count;
    session->tensors = calloc(count ? count : 1, sizeof *session->tensors);
    if (!session->tensors) {
        describe(error, AKU_ORT_LIMIT, "out of memory");
        return error->code;
    }
    for (size_t index = 0; index < count; index++) {
        int output = index >= session->input_count;
        if (read_info(
                session, output ? OUTPUT_NAME : INPUT_NAME, output ? OUTPUT_TYPE : INPUT_TYPE,
                output ? index - session->input_count : index, &session->tensors[index], error))
            return error->code;
    }
    return 0;
}

aku_ort_session *aku_ort_session_create(
    aku_ort *runtime, const void *model, size_t byte_count, int32_t intra_threads, int32_t optimisation,
    aku_ort_error *error) {
    describe(error, 0, "");
    aku_ort_session *session = calloc(1, sizeof *session);
    void *options = NULL;
    if (!session) {
        describe(error, AKU_ORT_LIMIT, "out of memory");
        return NULL;
    }
    session->runtime = runtime;
    int32_t code = check(runtime, CALL(runtime, CREATE_SESSION_OPTIONS, (void **), &options), error);
    if (!code) code = check(runtime, CALL(runtime, SET_INTRA_THREADS, (void *, int), options, intra_threads), error);
    if (!code) code = check(runtime, CALL(runtime, SET_INTER_THREADS, (void *, int), options, 1), error);
    if (!code) code = check(runtime, CALL(runtime, SET_OPTIMISATION, (void *, int), options, optimisation), error);
    // Threads of the runtime sleep when idle: a server runs many sessions on few cores.
    if (!code)
        code = check(runtime,
            CALL(runtime, ADD_CONFIG, (void *, const char *, const char *), options, "session.intra_op.allow_spinning", "0"),
            error);
    if (!code)
        code = check(runtime,
            CALL(runtime, CREATE_SESSION_FROM_ARRAY, (const void *, const void *, size_t, const void *, void **),
                runtime->environment, model, byte_count, options, &session->handle),
            error);
    if (options) CALL_AS(void, runtime, RELEASE_SESSION_OPTIONS, (void *), options);
    if (!code) code = read_interface(session, error);
    if (!code) return session;
    aku_ort_session_release(session);
    return NULL;
}

void aku_ort_session_release(aku_ort_session *session) {
    if (!session) return;
    if (session->handle) CALL_AS(void, session->runtime, RELEASE_SESSION, (void *), session->handle);
    if (session->tensors)
        for (size_t index = 0; index < session->input_count + session->output_count; index++)
            free((void *)session->tensors[index].name);
    free(session->tensors);
    free(session);
}

size_t aku_ort_input_count(const aku_ort_session *session) { return session->input_count; }
size_t aku_ort_output_count(const aku_ort_session *session) { return session->output_count; }

const aku_ort_tensor_info *aku_ort_input_info(const aku_ort_session *session, size_t index) {
    return index < session->input_count ? &session->tensors[index] : NULL;
}

const aku_ort_tensor_info *aku_ort_output_info(const aku_ort_session *session, size_t index) {
    return index < session->output_count ? &session->tensors[session->input_count + index] : NULL;
}

static int32_t make_value(const aku_ort *runtime, const aku_ort_input *input, void **value, aku_ort_error *error) {
    if (input->element_type != 8)
        return check(runtime,
            CALL(runtime, CREATE_TENSOR_WITH_DATA, (const void *, void *, size_t, const int64_t *, size_t, int, void **),
                runtime->memory, (void *)input->data, input->byte_count, input->shape, input->rank, input->element_type, value),
            error);
    if (check(runtime,
            CALL(runtime, CREATE_TENSOR, (void *, const int64_t *, size_t, int, void **), runtime->allocator, input->shape,
                input->rank, input->element_type, value),
            error))
        return error->code;
    return check(runtime,
        CALL(runtime, FILL_STRINGS, (void *, const char *const *, size_t), *value, (const char *const *)input->data,
            input->element_count),
        error);
}

static int32_t read_output(const aku_ort *runtime, void *value, aku_ort_output *output, aku_ort_error *error) {
    void *info = NULL;
    output->value = value;
    if (check(runtime, CALL(runtime, TENSOR_TYPE_AND_SHAPE, (const void *, void **), value, &info), error)) return error->code;
    int32_t code = read_shape(runtime, info, &output->element_type, &output->rank, output->shape, error);
    if (!code) code = check(runtime, CALL(runtime, ELEMENT_COUNT, (const void *, size_t *), info, &output->element_count), error);
    CALL_AS(void, runtime, RELEASE_TENSOR_INFO, (void *), info);
    output->data = NULL;
    if (code || output->element_type == 8) return code;
    return check(runtime, CALL(runtime, TENSOR_DATA, (void *, const void **), value, &output->data), error);
}

int32_t aku_ort_run(
    const aku_ort_session *session, const aku_ort_input *inputs, size_t input_count, const char *const *output_names,
    size_t output_count, aku_ort_output *outputs, aku_ort_error *error) {
    const aku_ort *runtime = session->runtime;
    describe(error, 0, "");
    void **values = calloc(input_count + output_count + 1, sizeof *values);
    const char **names = calloc(input_count + 1, sizeof *names);
    if (!values || !names) describe(error, AKU_ORT_LIMIT, "out of memory");
    void **results = values + input_count;
    for (size_t index = 0; !error->code && index < input_count; index++) {
        names[index] = inputs[index].name;
        make_value(runtime, &inputs[index], &values[index], error);
    }
    if (!error->code)
        check(runtime,
            CALL(runtime, RUN,
                (void *, const void *, const char *const *, const void *const *, size_t, const char *const *, size_t, void **),
                session->handle, NULL, names, (const void *const *)values, input_count, output_names, output_count, results),
            error);
    for (size_t index = 0; !error->code && index < output_count; index++)
        read_output(runtime, results[index], &outputs[index], error);
    // Inputs are always released; outputs only when the caller gets none.
    for (size_t index = 0; values && index < input_count + (error->code ? output_count : 0); index++)
        if (values[index]) CALL_AS(void, runtime, RELEASE_VALUE, (void *), values[index]);
    free(values);
    free(names);
    return error->code;
}

void aku_ort_output_release(const aku_ort_session *session, aku_ort_output *output) {
    if (output->value) CALL_AS(void, session->runtime, RELEASE_VALUE, (void *), output->value);
    output->value = NULL;
}

int32_t aku_ort_output_string_bytes(
    const aku_ort_session *session, const aku_ort_output *output, size_t *byte_count, aku_ort_error *error) {
    describe(error, 0, "");
    return check(session->runtime, CALL(session->runtime, STRING_BYTES, (const void *, size_t *), output->value, byte_count), error);
}

int32_t aku_ort_output_strings(
    const aku_ort_session *session, const aku_ort_output *output, void *bytes, size_t byte_count, size_t *offsets,
    aku_ort_error *error) {
    describe(error, 0, "");
    return check(session->runtime,
        CALL(session->runtime, STRING_CONTENT, (const void *, void *, size_t, size_t *, size_t), output->value, bytes, byte_count,
            offsets, output->element_count),
        error);
}
