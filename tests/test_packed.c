/* Texts kept with their rows: what is packed comes back, what is damaged is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "indexer/store/packed.h"

static void there_and_back(void **state)
{
	static uint8_t text[5000];
	size_t size, n;
	bool own;
	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)("<p>text</p>"[i % 11]);
	uint8_t *packed = packed_make(text, sizeof(text), &size);
	assert_non_null(packed);
	assert_int_equal(packed[0], 0);
	assert_true(size < sizeof(text) / 4);
	const uint8_t *back = packed_read(packed, size, &n, &own);
	assert_true(own);
	assert_int_equal(n, sizeof(text));
	assert_memory_equal(back, text, n);
	free((void *)(uintptr_t)back);
	packed[size / 2] ^= 0x55;
	packed[size - 1] ^= 0x55;
	assert_null(packed_read(packed, size, &n, &own));
	assert_false(own);
	free(packed);
}

static void plain(void **state)
{
	size_t size, n;
	bool own;
	(void)state;
	assert_null(packed_make((const uint8_t *)"short", 5, &size));
	const uint8_t *text = (const uint8_t *)"short";
	assert_ptr_equal(packed_read(text, 5, &n, &own), text);
	assert_int_equal(n, 5);
	assert_false(own);
	/* A header without a stream. */
	assert_null(packed_read((const uint8_t *)"\0\1\0\0\0x", 6, &n, &own));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(there_and_back), cmocka_unit_test(plain) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
