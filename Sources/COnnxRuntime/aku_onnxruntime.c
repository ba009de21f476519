#include "aku_onnxruntime.h"
