/* What the layers above ISO session learn from one another: which protocol a presentation context stands for
 * (ISO 8823, section 8.2). */
#ifndef PCAPDEX_DISSECTORS_SES_H
#define PCAPDEX_DISSECTORS_SES_H

#include "indexer/dissectors/der.h"
#include "indexer/packet.h"

extern const struct protocol proto_ses, proto_pres, proto_acse, proto_mms;

/* The context `id` of this conversation, as its connect request defined it; NULL: not known. */
const struct protocol *pres_context(struct packet *pkt, int32_t id);

/* An integer's contents, two's complement. */
int32_t ber_integer(struct cursor contents);

/* Set a text field to the object identifier that these contents are. */
void ber_row_oid(struct row *r, unsigned field, const struct cursor *contents);

#endif
