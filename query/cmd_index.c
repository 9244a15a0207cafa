/* pcapdex index: captures into an archive. */
#include <string.h>

#include "indexer/index.h"
#include "indexer/registry.h"
#include "query/command.h"

static int run(const struct args *args)
{
	char message[512];
	int status = EXIT_DONE;
	struct index_options options = { .bpf = args_value(args, "bpf", NULL) };
	const char *wrong = registry_init();
	if (wrong)
		return complain(EXIT_FAILED, "%s", wrong);
	struct store *store = store_open(args->positional[0], protocols, protocols_count, message);
	if (!store)
		return complain(EXIT_FAILED, "%s", message);
	for (unsigned i = 1; i < args->npositional; i++) {
		struct index_result result;
		enum index_status st = index_capture(store, args->positional[i], &options, &result);
		if (st != INDEX_OK && st != INDEX_ALREADY)
			status = complain(EXIT_FAILED, "%s", result.message);
	}
	store_close(store);
	return status;
}

static const struct option_spec options[] = {
	{ "tag", 0, "KEY=VALUE", true, "a tag for each capture" },
	{ "bpf", 0, "EXPR", false, "keep only frames that match this capture filter (libpcap's language)" },
	{ 0 },
};

const struct command cmd_index = {
	.name = "index",
	.summary = "Put captures into an archive",
	.usage = "ARCHIVE PATH...",
	.min_args = 2,
	.options = options,
	.run = run,
};
