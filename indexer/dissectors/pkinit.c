/* Public key authentication of Kerberos (RFC 4556, section 3.2) and the signed data it is in (RFC 5652,
 * section 5).
 *
 *     PA-PK-AS-REQ ::= SEQUENCE { [0] OCTET STRING holding a ContentInfo, [1] ..., [2] ... }
 *     ContentInfo  ::= SEQUENCE { id-signedData, [0] SignedData }
 *     SignedData   ::= SEQUENCE { version, digests, { type, [0] OCTET STRING }, [0] certificates,
 *                                 [1] lists, signers }
 *     AuthPack     ::= SEQUENCE { [0] authenticator, [1] client's public key, ... }
 *
 * Wireshark has a dissector for each of these types: they are tokens here. */
#include "indexer/dissectors/kerberos.h"
#include "indexer/dissectors/x509.h"

#define SIGNED_DATA "1.2.840.113549.1.7.2"
#define AUTH_DATA   "1.3.6.1.5.2.3.1"
#define DH_KEY_DATA "1.3.6.1.5.2.3.2"
#define PKCS9       "1.2.840.113549.1.9."

/* The next value is an object identifier: its text. */
static bool take_oid(struct cursor *c, char text[DER_OID_MAX])
{
	struct der oid;
	return der_take(c, DER_OID, &oid) && der_oid(&oid.at, text);
}

static void auth_pack(struct packet *pkt, struct cursor c)
{
	struct der sequence, element;
	if (!der_take(&c, DER_SEQUENCE, &sequence))
		return;
	while (der_next(&sequence.at, &element))
		if (element.tag == DER_CONSTRUCTED(1))
			x509_public_key(pkt, &element.at);
}

static void content(struct packet *pkt, struct cursor c)
{
	struct der wrapped, octets;
	char type[DER_OID_MAX];
	if (!take_oid(&c, type) || !der_take(&c, DER_CONSTRUCTED(0), &wrapped) ||
		!der_take(&wrapped.at, DER_OCTETS, &octets))
		return;
	if (strcmp(type, AUTH_DATA) == 0) {
		pkt_token(pkt, &x509_pkinit);
		auth_pack(pkt, octets.at);
	} else if (strcmp(type, DH_KEY_DATA) == 0) {
		pkt_token(pkt, &x509_pkinit);
	}
}

/* SignerInfo ::= SEQUENCE { version, { issuer, serial } or [0] key id, digest, [0] attributes, ... } */
static void signer(struct packet *pkt, struct cursor c)
{
	struct der element, attribute;
	char type[DER_OID_MAX];
	bool named = false;
	while (der_next(&c, &element)) {
		if (element.tag == DER_SEQUENCE && !named) {
			named = true;
			x509_name(pkt, &element.at);
		} else if (element.tag == DER_CONSTRUCTED(0)) {
			named = true;
			while (der_take(&element.at, DER_SEQUENCE, &attribute))
				if (take_oid(&attribute.at, type) &&
					strncmp(type, PKCS9, sizeof(PKCS9) - 1) == 0)
					pkt_token(pkt, &x509_cms);
		}
	}
}

static void signed_data(struct packet *pkt, struct cursor c)
{
	struct der sequence, element, one;
	bool digests = true;
	if (!der_take(&c, DER_SEQUENCE, &sequence))
		return;
	while (der_next(&sequence.at, &element)) {
		switch (element.tag) {
		case DER_SEQUENCE:
			content(pkt, element.at);
			digests = false;
			break;
		case DER_CONSTRUCTED(0):
			while (cur_left(&element.at) && der_peek(&element.at) == DER_SEQUENCE && !pkt->fail)
				x509_certificate(pkt, &element.at);
			break;
		case DER_SET:
			while (!digests && der_take(&element.at, DER_SEQUENCE, &one))
				signer(pkt, one.at);
			break;
		default:
			break;
		}
	}
}

void pkinit_padata(struct packet *pkt, struct cursor c)
{
	struct der all, octets, info, inner;
	char type[DER_OID_MAX];
	if (!der_take(&c, DER_SEQUENCE, &all) || !der_take(&all.at, DER_CONTEXT(0), &octets) ||
		!der_take(&octets.at, DER_SEQUENCE, &info) || !take_oid(&info.at, type) ||
		!der_take(&info.at, DER_CONSTRUCTED(0), &inner))
		return;
	if (strcmp(type, SIGNED_DATA) != 0)
		return;
	pkt_token(pkt, &x509_cms);
	signed_data(pkt, inner.at);
}
