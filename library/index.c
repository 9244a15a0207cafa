/* The public face of the indexer: include/pcapdex/pcapdex.h over index.h. */
#include "pcapdex/pcapdex.h"

#include <stdio.h>
#include <stdlib.h>

#include "indexer/index.h"
#include "indexer/registry.h"

struct pcapdex {
	struct store *store;
};

_Static_assert((int)PCAPDEX_CANCELLED == (int)INDEX_CANCELLED && (int)PCAPDEX_DAMAGED == (int)INDEX_DAMAGED,
	"the same numbers");
_Static_assert(sizeof(((struct index_result *)0)->message) == PCAPDEX_MESSAGE, "messages fit");
_Static_assert(sizeof(struct pcapdex_tag) == sizeof(struct index_tag), "tags are passed on as they are");

const char *pcapdex_version(void)
{
	return PCAPDEX_VERSION;
}

int pcapdex_open(struct pcapdex **out, const char *path, char message[PCAPDEX_MESSAGE])
{
	const char *wrong = registry_init();
	*out = calloc(1, sizeof(**out));
	if (wrong || !*out) {
		snprintf(message, PCAPDEX_MESSAGE, "%s", wrong ? wrong : "out of memory");
	} else if (((*out)->store = store_open(path, protocols, protocols_count, message))) {
		return 0;
	}
	free(*out);
	*out = NULL;
	return -1;
}

void pcapdex_close(struct pcapdex *archive)
{
	if (archive)
		store_close(archive->store);
	free(archive);
}

enum pcapdex_status pcapdex_index(struct pcapdex *archive, const char *path,
	const struct pcapdex_options *options, struct pcapdex_result *result)
{
	struct index_options o = { 0 };
	struct index_result r;
	if (options)
		o = (struct index_options) { .bpf = options->bpf,
			.tags = (const struct index_tag *)options->tags,
			.ntags = options->ntags,
			.progress = options->progress,
			.progress_ctx = options->progress_ctx };
	enum index_status status = index_capture(archive->store, path, &o, &r);
	result->capture_id = r.capture_id;
	result->frames = r.frames;
	result->file_size = r.file_size;
	snprintf(result->message, sizeof(result->message), "%s", r.message);
	return (enum pcapdex_status)status;
}
