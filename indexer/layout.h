/* How Wireshark's tree shows a layer, where that is more than its fields one below the other: headings, what
 * stands below what, and the words around a value. A protocol that says nothing is shown by the general rule:
 * "label: value", in the order in which the fields were read, bits below the number that they are cut out of.
 *
 * A layout is a list of lines from top to bottom, each as deep as it is indented. What it does not mention
 * follows by the general rule. A line is one of
 * - a field: shown where the row has it, with all that stands below it;
 * - a record: shown once for each of its rows, what stands below it reads that row;
 * - neither: words, shown when something below them is, or, with nothing below, when all they name is there.
 *
 * The words are a template. Outside braces all is as it stands, but <...> is left out when a field in it is
 * missing. In braces stands a field's name (none: the line's own field), looked for in the row, then in
 * those below it and in the layer's own (with a dot before it: in the row alone), and behind it one of
 *     nothing    the value as the general rule shows it
 *     :n         the name of the value alone; the number where it has none
 *     :N         the name, or "Unknown type" and the number
 *     :d :x      the number in decimal, in hexadecimal
 *     :b         eight times the number: octets as bits
 *     :O         six digits of hexadecimal, colons between pairs
 *     :2 :3 :5   so many digits of hexadecimal
 *     :t         the number as seconds: "1 minute, 5 seconds"
 *     :u         the number divided by the line's `unit`
 *     :l         how many octets it has
 *     :s         "s" unless the number, or of octets how many there are, is 1
 *     :m         by the line's `names`
 *     :h :1      nothing; the line is there when the field is, when the number is not 0
 *     :f         ", LABEL" of each bit of the number that is set, as its field calls it
 *     :r         a real number with three digits behind the point
 *     :c :C      how many numbers a list has; "s" unless it is one
 *     ?TEXT      TEXT when the number is not 0, or there are octets; !TEXT when not; =N?TEXT when it is N
 *     :0         nothing; the line is there when the number is 0
 *     :o :e :w   where in the put-together octets it begins, ends, and how many there are: "5 bytes"
 *     *          instead of a name: "#FRAME(OCTETS), ..." of the rows below a record's line
 * {NAME&N?TEXT}, {NAME&N!TEXT}: when one of the bits N is set, when none is.
 * {NAME?:}, {NAME!:}, {NAME=N:}: nothing; what stands in <...> with it is there when the test holds.
 * {#RECORD?TEXT}, {#RECORD!TEXT}, {#RECORD:0}: about how many rows of that record more than one stand below.
 * With a comma before the name (?, ! only) the texts are a list, ", " between them; {,!TEXT} is for when
 * there were none. */
#ifndef PCAPDEX_LAYOUT_H
#define PCAPDEX_LAYOUT_H

#include "schema/kind.h"

/* Add a line `depth` below the first one that is added (below the number, for layout_number). */
typedef void layout_add(void *to, unsigned depth, const char *text);

/* Octets of which a protocol makes lines itself, and what they are about. */
struct layout_octets {
	const uint8_t *data;
	uint32_t n;
	int64_t about[2];  /* the numbers of the line's fields `about`, -1 none */
	const char *media; /* a layer's: the Content-Type it was handed on by; NULL none */
	uint32_t media_len;
};

/* Where lines go, for those who make them. */
struct layout_lines {
	layout_add *add;
	void *to;
};

__attribute__((format(printf, 3, 4))) void layout_say(
	const struct layout_lines *l, unsigned depth, const char *format, ...);

/* "LABEL: 0102..." as the tree shows octets. */
void layout_say_octets(
	const struct layout_lines *l, unsigned depth, const char *label, const uint8_t *octets, uint32_t n);

/* A line of text as it stands, what is not printable as an escape; a long one is cut, and says so. */
void layout_say_text(const struct layout_lines *l, unsigned depth, const uint8_t *octets, uint32_t n);

/* Octets in hexadecimal; what is longer than the tree shows is cut. */
#define LAYOUT_OCTETS_TEXT 80
void layout_octets_text(char text[LAYOUT_OCTETS_TEXT], const uint8_t *octets, uint32_t n);

/* "LABEL: Jan  2, 2030 03:04:05.000000000 UTC"; nanoseconds since 1970. */
void layout_say_time(const struct layout_lines *l, unsigned depth, const char *label, int64_t ns);
#define LAYOUT_TIME_TEXT 64
void layout_time_text(char text[LAYOUT_TIME_TEXT], int64_t ns);

/* "LABEL: NAME (NUMBER)"; `unknown` where the number has no name. */
void layout_say_named(const struct layout_lines *l, unsigned depth, const char *label, uint64_t number,
	const struct value_name *names, const char *unknown);

/* Seconds; all ones are for ever. */
void layout_say_lifetime(const struct layout_lines *l, unsigned depth, const char *label, uint32_t seconds);

/* The number's name, or `otherwise`. */
const char *layout_name(const struct value_name *names, uint64_t number, const char *otherwise);

struct layout_line {
	uint8_t depth;
	const char *field; /* NULL: no field of its own */
	const char *text; /* the template; NULL: the general rule. "": nothing, the field is said elsewhere */
	const char
		*when; /* the line is there when the row, or else the layer, has this field; NULL: always */
	const char *record; /* a line for each row of this record, */
	const char *has;    /* but only those rows that have this field, */
	const char *count;  /* but no more than this field of the layer says; the next line goes on behind */
	/* The bits of a number of `width` bits that the value, divided by `unit`, stands for: "0100 .... = "
	 */
	uint64_t mask;
	const char *bits_of;            /* of this field, for a line of words */
	uint8_t width, unit;            /* unit 0 is taken as 1 */
	const struct value_name *names; /* for :m */
	const char *unknown;            /* for :m where the number has no name; NULL: "Unknown" */
	const char *expert; /* "Chat/Sequence": an entry of the expert information; "": what the row says */
	bool only;          /* a record: of its rows nothing but what stands below the line */
	bool later;         /* a record: what else its rows have follows behind all lines */
	bool fallback;      /* only where its row would have nothing else to show */
	bool each;          /* KIND_LIST: below the line stands one for each number */
	bool items;         /* KIND_LIST: the template is of each number's line */
	bool top;           /* stands beside the layers, not below its own */
	/* KIND_BYTES: what the octets say, in lines of the protocol's own making; the first is the field's.
	 * A line that says what the general rule says of a field of the rows below is that field's; the
	 * rest of these rows is not shown. A field of this name may be an internal one. */
	void (*lines)(const struct layout_octets *octets, layout_add *add, void *to);
	const char *about[2]; /* looked for in the row and in those that it stands in */
	bool of_layer; /* `lines` has all of the layer's octets; they tell of all rows that stand in it */
	/* KIND_LIST: what stands below the line of each number */
	void (*number_lines)(uint64_t number, layout_add *add, void *to);
};

#endif
