/* Content codings of HTTP undone piece by piece (RFC 9110, section 8.4.1): gzip, deflate (with its zlib
 * header, or bare as some servers send it) and br, so that a body of any size passes through. */
#ifndef PCAPDEX_QUERY_BODY_DECODE_H
#define PCAPDEX_QUERY_BODY_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct body_decoder;

/* For a coding by name, any case; NULL: none that is known here (identity too), or no memory. */
struct body_decoder *body_decoder_open(const char *coding);
void body_decoder_close(struct body_decoder *d); /* takes NULL */

/* Takes octets that came out; 0 go on, else stop. */
typedef int body_decoder_fn(void *ctx, const uint8_t *p, size_t n);

/* Decode what comes next; 0, what `take` gave when it was not 0, or BODY_WRONG: this is not of the coding
 * (also what follows is not). Octets behind the end of the coding are left away. */
#define BODY_WRONG (-2)
int body_decode(struct body_decoder *d, const uint8_t *p, size_t n, body_decoder_fn *take, void *ctx);

#endif
