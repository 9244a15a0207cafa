/* Public key authentication of Kerberos (RFC 4556, section 3.2) and the signed data it is in (RFC 5652,
 * section 5).
 *
 *     PA-PK-AS-REQ ::= SEQUENCE { [0] OCTET STRING holding a ContentInfo, [1] ..., [2] ... }
 *     ContentInfo  ::= SEQUENCE { id-signedData, [0] SignedData }
 *     SignedData   ::= SEQUENCE { version, digests, { type, [0] OCTET STRING }, [0] certificates, [1] lists,
 * signers } AuthPack     ::= SEQUENCE { [0] authenticator, [1] client's public key, ... }
 *
 * Wireshark has a dissector for each of these types: they are tokens here. */
#include "indexer/dissectors/kerberos.h"
#include "indexer/dissectors/x509.h"

extern const struct protocol proto_pkinit;

#define SIGNED_DATA "1.2.840.113549.1.7.2"
#define AUTH_DATA   "1.3.6.1.5.2.3.1"
#define DH_KEY_DATA "1.3.6.1.5.2.3.2"
#define PKCS9       "1.2.840.113549.1.9."

const struct protocol proto_pkinit = {
	.name = "pkinit",
	.title = "PKINIT",
	.spec = "RFC 4556",
	.help = "Public key authentication of Kerberos.",
	.no_item = true,
};

/* The next value is an object identifier: its text. */
static bool take_oid(struct cursor *c, char text[BER_OID_MAX])
{
	struct ber oid;
	return ber_take(c, BER_OID, &oid) && ber_oid(&oid.at, text);
}

static void auth_pack(struct packet *pkt, struct cursor c)
{
	struct ber sequence, element;
	if (!ber_take(&c, BER_SEQUENCE, &sequence))
		return;
	while (ber_next(&sequence.at, &element))
		if (element.tag == BER_CONSTRUCTED(1))
			x509_public_key(pkt, &element.at);
}

static void content(struct packet *pkt, struct cursor c)
{
	struct ber wrapped, octets;
	char type[BER_OID_MAX];
	if (!take_oid(&c, type) || !ber_take(&c, BER_CONSTRUCTED(0), &wrapped) ||
		!ber_take(&wrapped.at, BER_OCTETS, &octets))
		return;
	if (strcmp(type, AUTH_DATA) == 0) {
		pkt_token(pkt, &proto_pkinit);
		auth_pack(pkt, octets.at);
	} else if (strcmp(type, DH_KEY_DATA) == 0) {
		pkt_token(pkt, &proto_pkinit);
	}
}

/* SignerInfo ::= SEQUENCE { version, { issuer, serial } or [0] key id, digest, [0] attributes, ... } */
static void signer(struct packet *pkt, struct cursor c)
{
	struct ber element, attribute;
	char type[BER_OID_MAX];
	bool named = false;
	while (ber_next(&c, &element)) {
		if (element.tag == BER_SEQUENCE && !named) {
			named = true;
			x509_name(pkt, &element.at);
		} else if (element.tag == BER_CONSTRUCTED(0)) {
			named = true;
			while (ber_take(&element.at, BER_SEQUENCE, &attribute))
				if (take_oid(&attribute.at, type) &&
					strncmp(type, PKCS9, sizeof(PKCS9) - 1) == 0)
					pkt_token(pkt, &x509_cms);
		}
	}
}

static void signed_data(struct packet *pkt, struct cursor c)
{
	struct ber sequence, element, one;
	bool digests = true;
	if (!ber_take(&c, BER_SEQUENCE, &sequence))
		return;
	while (ber_next(&sequence.at, &element)) {
		switch (element.tag) {
		case BER_SEQUENCE:
			content(pkt, element.at);
			digests = false;
			break;
		case BER_CONSTRUCTED(0):
			while (cur_left(&element.at) && ber_peek(&element.at) == BER_SEQUENCE && !pkt->fail)
				x509_certificate(pkt, &element.at);
			break;
		case BER_SET:
			while (!digests && ber_take(&element.at, BER_SEQUENCE, &one))
				signer(pkt, one.at);
			break;
		default:
			break;
		}
	}
}

void pkinit_padata(struct packet *pkt, struct cursor c)
{
	struct ber all, octets, info, inner;
	char type[BER_OID_MAX];
	if (!ber_take(&c, BER_SEQUENCE, &all) || !ber_take(&all.at, BER_CONTEXT(0), &octets) ||
		!ber_take(&octets.at, BER_SEQUENCE, &info) || !take_oid(&info.at, type) ||
		!ber_take(&info.at, BER_CONSTRUCTED(0), &inner))
		return;
	if (strcmp(type, SIGNED_DATA) != 0)
		return;
	pkt_token(pkt, &x509_cms);
	signed_data(pkt, inner.at);
}
