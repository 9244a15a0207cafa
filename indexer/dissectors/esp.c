/* Encapsulating Security Payload (RFC 4303, section 2).
 *
 *      0               4               8
 *     +---------------+---------------+------------ - -
 *     | SPI           | sequence      | encrypted
 *     +---------------+---------------+------------ - -
 */
#include "indexer/dissectors/ids.h"
#include "indexer/packet.h"

extern const struct protocol proto_esp;

enum { ESP_SPI, ESP_SEQUENCE, ESP_NFIELDS };

static const struct field esp_fields[ESP_NFIELDS] = {
	[ESP_SPI] = { "esp.spi", "ESP SPI", KIND_UINT, BASE_HEX_DEC, 4 },
	[ESP_SEQUENCE] = { "esp.sequence", "ESP Sequence", KIND_UINT, .octets = 4 },
};

static const struct record esp_records[] = { { "esp", RECORD_LAYER, ESP_NFIELDS, esp_fields, NULL } };

static enum verdict esp_dissect(struct packet *pkt, struct cursor *c)
{
	struct row *r = row_open(pkt, &proto_esp, 0);
	uint32_t spi = (uint32_t)row_be(r, ESP_SPI, c, 4);
	if (!pkt->fail)
		info_set(pkt, "ESP (SPI=0x%08x)", spi);
	row_be(r, ESP_SEQUENCE, c, 4);
	return MINE;
}

static const struct claim esp_claims[] = { { CLAIM_IP_PROTO, 50 }, { 0 } };

const struct protocol proto_esp = {
	.name = "esp",
	.title = "Encapsulating Security Payload",
	.column = "ESP",
	.spec = "RFC 4303",
	.help = "Carries IPsec's encrypted packets.",
	.id = PROTO_ID_esp,
	.records = esp_records,
	.nrecords = 1,
	.claims = esp_claims,
	.dissect = esp_dissect,
};
