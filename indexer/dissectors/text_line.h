/* Lines of text protocols: what ends a line, which words it has. For the dissectors of SMTP, FTP, IRC and the
 * like. */
#ifndef PCAPDEX_DISSECTORS_TEXT_LINE_H
#define PCAPDEX_DISSECTORS_TEXT_LINE_H

#include "indexer/packet.h"

struct line {
	const char *text;
	uint32_t at;   /* octet at which it begins */
	uint32_t len;  /* without what ends it */
	uint32_t next; /* octet at which the next one begins */
	bool ended;    /* LF, CR LF or a CR before something else was there; a CR at the very end may still be
			* half of it */
};

/* The line at octet `at` of what was captured. */
static inline struct line line_at(const struct cursor *c, uint32_t at)
{
	struct line l = { (const char *)c->data + at, at, 0, at, false };
	uint32_t i = at;
	while (i < c->cap && c->data[i] != '\n' && c->data[i] != '\r')
		i++;
	l.len = i - at;
	l.next = i;
	if (i == c->cap)
		return l;
	l.next = i + 1;
	if (c->data[i] == '\r') {
		l.ended = i + 1 < c->cap;
		if (l.ended && c->data[i + 1] == '\n')
			l.next = i + 2;
	} else {
		l.ended = true;
	}
	return l;
}

/* Does the text begin with this word, given in capitals? Letter case does not count. */
static inline bool text_begins(const char *text, uint32_t len, const char *word)
{
	for (uint32_t i = 0; word[i]; i++) {
		if (i == len)
			return false;
		char a = text[i];
		if (a >= 'a' && a <= 'z')
			a = (char)(a - 32);
		if (a != word[i])
			return false;
	}
	return true;
}

/* Is it this word? */
static inline bool text_is(const char *text, uint32_t len, const char *word)
{
	return len == strlen(word) && text_begins(text, len, word);
}

/* Octets up to the first blank. */
static inline uint32_t text_word(const char *text, uint32_t len)
{
	uint32_t n = 0;
	while (n < len && text[n] != ' ')
		n++;
	return n;
}

static inline uint32_t text_blanks(const char *text, uint32_t len)
{
	uint32_t n = 0;
	while (n < len && text[n] == ' ')
		n++;
	return n;
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The number at the beginning of the text, UINT32_MAX when larger; 0: none. */
static inline uint32_t text_number(const char *text, uint32_t len)
{
	uint64_t v = 0;
	for (uint32_t i = 0; i < len && is_digit(text[i]) && v <= UINT32_MAX; i++)
		v = v * 10 + (uint64_t)(text[i] - '0');
	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

/* Set a field to octets of the line. */
static inline void row_words(struct row *r, unsigned field, const char *text, uint32_t len)
{
	row_text(r, field, text, len, (const uint8_t *)text, len);
}

/* A body that is shown as lines, whoever claims text/plain. */
static inline void next_text_lines(struct packet *pkt, struct cursor body)
{
	static const char type[] = "text/plain";
	pkt_next_media(pkt, body, type, sizeof(type) - 1, CLAIM_NONE, NULL);
}

#endif
