/* Numbers as printf would write them, without its machinery: a table of conversations has a hundred thousand
 * of them. What is not settled in a few steps is left to printf. */
#include <math.h>
#include <stdlib.h>

#include "query/render/text.h"

static const double powers[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };

#define DIGITS_MAX 24

/* The digits of v, at least `least` of them, up to `end`; where they begin. */
static char *digits(char *end, uint64_t v, unsigned least)
{
	char *p = end;
	for (; v || p > end - least; v /= 10)
		*--p = (char)('0' + v % 10);
	return p;
}

void put_int(struct buffer *b, int64_t v)
{
	char text[DIGITS_MAX], *end = text + sizeof(text);
	char *p = digits(end, v < 0 ? -(uint64_t)v : (uint64_t)v, 1);
	if (v < 0)
		*--p = '-';
	buffer_put(b, p, (size_t)(end - p));
}

/* units / 10^decimals */
static void put_units(struct buffer *b, bool negative, uint64_t units, unsigned decimals)
{
	char text[DIGITS_MAX], *end = text + sizeof(text);
	char *p = digits(end, units, decimals + 1);
	if (decimals) {
		memmove(p - 1, p, (size_t)(end - p) - decimals);
		p--;
		end[-(int)decimals - 1] = '.';
	}
	if (negative)
		*--p = '-';
	buffer_put(b, p, (size_t)(end - p));
}

void put_fixed(struct buffer *b, double v, unsigned decimals)
{
	if (decimals < sizeof(powers) / sizeof(*powers) && fabs(v) < 1e12 / powers[decimals]) {
		/* Below 10^12 the product is wrong by less than 10^-3, so that it tells on which side of the
		 * middle between two results the number is, if it is not next to it. */
		double units = fabs(v) * powers[decimals], whole = floor(units), rest = units - whole;
		if (fabs(rest - 0.5) > 1e-3) {
			put_units(b, signbit(v), (uint64_t)whole + (rest > 0.5), decimals);
			return;
		}
	}
	buffer_printf(b, "%.*f", (int)decimals, v);
}

void put_real(struct buffer *b, double v)
{
	char text[40];
	if (!isfinite(v)) {
		buffer_puts(b, "null");
		return;
	}
	/* A decimal of at most 15 digits that reads back as v is the one that %.15g gives (a double keeps so
	 * many). Nearly all are some nanoseconds over 10^9, or whole. */
	for (unsigned decimals = 0; fabs(v) >= 1e-4 && decimals <= 9; decimals += 3) {
		double units = round(fabs(v) * powers[decimals]);
		if (units >= 1e15)
			break;
		if (units / powers[decimals] != fabs(v))
			continue;
		uint64_t n = (uint64_t)units;
		for (; decimals && n % 10 == 0; decimals--)
			n /= 10;
		put_units(b, v < 0, n, decimals);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	buffer_puts(b, text);
}
