#include "indexer/store/dictionary.h"

const char *const dictionary_tables[DICTIONARIES] = { "t_address", "t_text", "t_stack" };

const struct core_reference core_references[] = {
	{ "t_conversation", "address_a", ADDRESSES },
	{ "t_conversation", "address_b", ADDRESSES },
	{ "total_stack", "stack", STACKS },
};
const size_t core_nreferences = sizeof(core_references) / sizeof(core_references[0]);

int dictionary_of(enum kind kind)
{
	switch (kind) {
	case KIND_ETHER:
	case KIND_IPV4:
	case KIND_IPV6:
	case KIND_ADDRESS:
		return ADDRESSES;
	case KIND_TEXT:
	case KIND_LIST:
		return TEXTS;
	case KIND_STACK:
		return STACKS;
	default:
		return -1;
	}
}
