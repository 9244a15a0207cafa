#include "indexer/store/dictionary.h"

const char *const dictionary_tables[DICTIONARIES] = { "t_address", "t_text", "t_stack" };

const struct core_reference core_references[] = {
	{ "t_conversation", "address_a", DICTIONARY_ADDRESS },
	{ "t_conversation", "address_b", DICTIONARY_ADDRESS },
	{ "total_stack", "stack", DICTIONARY_STACK },
};
const size_t core_nreferences = sizeof(core_references) / sizeof(core_references[0]);

enum dictionary dictionary_of(enum kind kind)
{
	switch (kind) {
	case KIND_ETHER:
	case KIND_IPV4:
	case KIND_IPV6:
	case KIND_ADDRESS:
		return DICTIONARY_ADDRESS;
	case KIND_TEXT:
	case KIND_LIST:
		return DICTIONARY_TEXT;
	case KIND_STACK:
		return DICTIONARY_STACK;
	default:
		return DICTIONARY_NONE;
	}
}
