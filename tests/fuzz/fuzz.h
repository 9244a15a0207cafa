/* What every fuzz target defines (https://llvm.org/docs/LibFuzzer.html). */
#ifndef PCAPDEX_TESTS_FUZZ_H
#define PCAPDEX_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
