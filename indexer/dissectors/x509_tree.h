/* What the files that show certificates share: values of DER out of octets, and lines. */
#ifndef PCAPDEX_DISSECTORS_X509_TREE_H
#define PCAPDEX_DISSECTORS_X509_TREE_H

#include "indexer/layout.h"

struct x509_value {
	uint8_t tag;
	const uint8_t *p; /* the contents */
	uint32_t n;
};

/* What is left of a value's contents; a value that does not fit ends it. */
struct x509_rest {
	const uint8_t *p;
	uint32_t n;
};

/* Where lines go, and how deep. */
struct x509_tree {
	const struct layout_lines *l;
	unsigned depth;
};

#define X509_SAY(t, at, ...) layout_say((t)->l, (t)->depth + (at), __VA_ARGS__)

/* The next value; false at the end, and for one that does not fit. */
bool x509_next(struct x509_rest *r, struct x509_value *v);
struct x509_rest x509_inside(const struct x509_value *v);
unsigned x509_count(struct x509_rest r);

struct x509_tree x509_below(const struct x509_tree *t, unsigned at);
void x509_say_items(const struct x509_tree *t, unsigned at, const char *label, unsigned n);
void x509_say_octets(const struct x509_tree *t, unsigned at, const char *label, const uint8_t *p, uint32_t n);
void x509_say_number(const struct x509_tree *t, unsigned at, const char *label, const struct x509_value *v);
/* A bit string: how many bits at its end do not count, and its octets. */
void x509_say_bits(const struct x509_tree *t, unsigned at, const char *label, const struct x509_value *v);
void x509_oid_line(const struct x509_tree *t, unsigned at, const char *label, const struct x509_value *v);
/* A Name. */
void x509_name_lines(const struct x509_tree *t, const char *label, const struct x509_value *v);

/* x509_extension_tree.c: the list in [3] of a certificate. */
void x509_say_extensions(const struct x509_tree *t, struct x509_rest r);

#endif
