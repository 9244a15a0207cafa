/* Tags of captures as the command line gives them: --tag, --tag-from-path, --manifest. */
#ifndef PCAPDEX_QUERY_TAGS_H
#define PCAPDEX_QUERY_TAGS_H

#include "indexer/index.h"
#include "query/command.h"

#define TAGS_MAX 64 /* of one capture */

#define OPTION_TAG_FROM_PATH                                                                                 \
	{                                                                                                    \
		"tag-from-path", 0, "PATTERN", true,                                                         \
			"tags out of the path: 'labs/{lab}/{student}/*' (* within a folder, ** across)"      \
	}
#define OPTION_MANIFEST                                                                                      \
	{                                                                                                    \
		"manifest", 0, "FILE", true, "tags out of a CSV file: a column path, the others are tags"    \
	}

/* Split KEY=VALUE at its first '='. false: there is none, or no key. */
bool tag_split(const char *text, size_t *key_len, const char **value);

/* Does the pattern match the path, from one of its folders on (a pattern with a leading '/': all of it)?
 * Fills what stands in each {KEY}; keys point into the pattern. -1 where it does not match, else how many
 * tags; more than `max` are not filled. */
struct path_tag {
	const char *key, *value;
	size_t key_len, value_len;
};
int path_match(const char *pattern, const char *path, struct path_tag *out, unsigned max);

struct tagger;

/* EXIT_DONE, or an exit status after a message. tagger_close() in either case. */
int tagger_open(struct tagger **t, const struct args *args);

/* The tags of the capture of this path; valid until the next call. Where two give one key, the manifest goes
 * before the pattern, and that before --tag. A count, or -1 after a message. */
int tagger_tags(struct tagger *t, const char *path, const struct index_tag **out);

/* Say which patterns and lines of a manifest no path agreed with. */
void tagger_report(const struct tagger *t);
void tagger_close(struct tagger *t); /* takes NULL */

#endif
