#include "query/ranges.h"

#include <stdlib.h>
#include <string.h>

static const char *number(const char *p, int64_t *out)
{
	const char *start = p;
	int64_t v = 0;
	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, *p - '0', &v))
			return NULL;
	*out = v;
	return p == start ? NULL : p;
}

/* One of 7, 10-20, 30-; gives what follows it, NULL when it is none of these. */
static const char *one(const char *p, struct range *out)
{
	if (!(p = number(p, &out->first)))
		return NULL;
	out->last = out->first;
	if (*p != '-')
		return p;
	out->last = INT64_MAX;
	return *++p >= '0' && *p <= '9' ? number(p, &out->last) : p;
}

static int add(struct ranges *r, struct range one)
{
	struct range *list = realloc(r->list, (r->n + 1) * sizeof(*list));
	if (!list)
		return complain(EXIT_FAILED, "out of memory");
	r->list = list;
	list[r->n++] = one;
	return EXIT_DONE;
}

int ranges_read(struct ranges *r, const struct args *args, unsigned from)
{
	*r = (struct ranges) { 0 };
	for (unsigned i = from; i < args->npositional; i++) {
		const char *p = args->positional[i];
		do {
			struct range range;
			p = one(p, &range);
			if (!p || (*p && *p != ',') || range.first < 1 || range.last < range.first)
				return complain(EXIT_USAGE, "%s: no frame number or range: %s",
					args->command->name, args->positional[i]);
			int status = add(r, range);
			if (status != EXIT_DONE)
				return status;
		} while (*p++ == ',');
	}
	return EXIT_DONE;
}

void ranges_free(struct ranges *r)
{
	free(r->list);
	*r = (struct ranges) { 0 };
}

int ranges_check(struct ranges *r, int64_t frames, const char *capture)
{
	for (unsigned i = 0; i < r->n; i++) {
		struct range *one = &r->list[i];
		if (one->first > frames || (one->last > frames && one->last != INT64_MAX))
			return complain(EXIT_FAILED, "no frame %lld: %s has %lld",
				(long long)(one->first > frames ? one->first : one->last), capture,
				(long long)frames);
		if (one->last == INT64_MAX)
			one->last = frames;
	}
	return EXIT_DONE;
}
