/* How lines of fields look: the options -E of `tshark -T fields`. */
#ifndef PCAPDEX_QUERY_FIELDS_STYLE_H
#define PCAPDEX_QUERY_FIELDS_STYLE_H

#include <stdbool.h>

struct fields_style {
	char separator;  /* between fields */
	char aggregator; /* between the occurrences of one */
	char occurrence; /* 'a' all of them, 'f' the first, 'l' the last */
	char quote;      /* around each field that is not empty; '\0' none */
	bool header;     /* the names of the fields first */
	bool bom;        /* U+FEFF before all */
};

#define FIELDS_STYLE_DEFAULT                                                                                 \
	{                                                                                                    \
		.separator = '\t', .aggregator = ',', .occurrence = 'a'                                      \
	}
#define FIELDS_STYLE_OPTIONS                                                                                 \
	"header=y|n bom=y|n separator=/t|/s|C aggregator=C|/s occurrence=f|l|a quote=d|s|n"

/* Take "separator=/s" and the like. False: there is no such option, or not this value of it. */
bool fields_style_set(struct fields_style *style, const char *option);

/* One line on standard output; `terminal`: nothing that it would obey. */
void fields_style_line(const struct fields_style *style, const char *const *cells, unsigned n, bool terminal);

/* What comes before all lines. */
void fields_style_begin(const struct fields_style *style, const char *const *names, unsigned n);

#endif
