/* The keys of Initial packets, and their use (RFC 9001, section 5; RFC 9369, section 3.3).
 *
 *     initial secret = HKDF-Extract(salt of the version, destination connection id of the client's first
 * packet) sender's secret = HKDF-Expand-Label(initial secret, "client in" / "server in", "", 32) key, iv, hp
 * = HKDF-Expand-Label(sender's secret, "quic key" / "quic iv" / "quic hp", "", 16 / 12 / 16)
 *
 * They follow from what stands in the packet: they guard against meddling by accident, not against reading.
 */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "indexer/dissectors/quic.h"

#define VERSION_2    0x6b3343cf
#define VERSION_Q050 0x51303530
#define VERSION_T050 0x54303530
#define VERSION_T051 0x54303531

bool quic_is_v2(uint32_t version)
{
	return version == VERSION_2;
}

bool quic_is_google(uint32_t version)
{
	return version == VERSION_Q050 || version == VERSION_T050 || version == VERSION_T051;
}

uint8_t quic_draft(uint32_t version)
{
	if (version >> 8 == 0xff0000)
		return (uint8_t)version;
	if ((version & 0x0f0f0f0f) == 0x0a0a0a0a) /* RFC 9000, section 15: forces negotiation; as Wireshark */
		return 29;
	switch (version) {
	case 1:
		return 34;
	case VERSION_2:
		return 100;
	case 0xfaceb001: /* Facebook's mvfst */
		return 22;
	case 0xfaceb002:
	case 0xfaceb00e:
	case VERSION_Q050:
	case VERSION_T050:
	case VERSION_T051:
		return 27;
	default:
		return 0;
	}
}

static const uint8_t *salt_of(uint32_t version)
{
	static const uint8_t q050[20] =
		"\x50\x45\x74\xef\xd0\x66\xfe\x2f\x9d\x94\x5c\xfc\xdb\xd3\xa7\xf0\xd3\xb5\x6b\x45";
	static const uint8_t t050[20] =
		"\x7f\xf5\x79\xe5\xac\xd0\x72\x91\x55\x80\x30\x4c\x43\xa2\x36\x7c\x60\x48\x83\x10";
	static const uint8_t t051[20] =
		"\x7a\x4e\xde\xf4\xe7\xcc\xee\x5f\xa4\x50\x6c\x19\x12\x4f\xc8\xcc\xda\x6e\x03\x3d";
	static const struct {
		uint8_t draft; /* up to this one */
		uint8_t salt[20];
	} salts[] = {
		{ 22, "\x7f\xbc\xdb\x0e\x7c\x66\xbb\xe9\x19\x3a\x96\xcd\x21\x51\x9e\xbd\x7a\x02\x64\x4a" },
		{ 28, "\xc3\xee\xf7\x12\xc7\x2e\xbb\x5a\x11\xa7\xd2\x43\x2b\xb4\x63\x65\xbe\xf9\xf5\x02" },
		{ 32, "\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99" },
		{ 34, "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a" },
		{ 255, "\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9" },
	};
	switch (version) {
	case VERSION_Q050:
		return q050;
	case VERSION_T050:
		return t050;
	case VERSION_T051:
		return t051;
	default:
		break;
	}
	uint8_t draft = quic_draft(version);
	size_t i = 0;
	while (!draft || draft > salts[i].draft) {
		if (i + 1 == sizeof(salts) / sizeof(*salts))
			break;
		i++;
	}
	return salts[i].salt;
}

static bool hmac(uint8_t out[32], const void *key, int key_len, const uint8_t *data, size_t len)
{
	unsigned n = 32;
	return HMAC(EVP_sha256(), key, key_len, data, len, out, &n) != NULL;
}

/* RFC 8446, section 7.1: no context, at most 32 octets. */
static bool expand(uint8_t *out, size_t len, const uint8_t secret[32], const char *label)
{
	uint8_t info[32] = { 0, (uint8_t)len, (uint8_t)(6 + strlen(label)) }, block[32];
	size_t n = 3;
	memcpy(info + n, "tls13 ", 6);
	n += 6;
	memcpy(info + n, label, strlen(label));
	n += strlen(label);
	info[n++] = 0; /* no context */
	info[n++] = 1; /* first block */
	if (!hmac(block, secret, 32, info, n))
		return false;
	memcpy(out, block, len);
	return true;
}

bool quic_initial_keys(struct quic_keys keys[2], uint32_t version, const struct quic_cid *dcid)
{
	uint8_t initial[32], secret[32];
	bool v2 = quic_is_v2(version);
	if (!hmac(initial, salt_of(version), 20, dcid->octets, dcid->len))
		return false;
	for (unsigned i = 0; i < 2; i++)
		if (!expand(secret, 32, initial, i ? "server in" : "client in") ||
			!expand(keys[i].key, 16, secret, v2 ? "quicv2 key" : "quic key") ||
			!expand(keys[i].iv, 12, secret, v2 ? "quicv2 iv" : "quic iv") ||
			!expand(keys[i].hp, 16, secret, v2 ? "quicv2 hp" : "quic hp"))
			return false;
	return true;
}

/* RFC 9001, section 5.4.3. */
bool quic_header_mask(const struct quic_keys *keys, const uint8_t *sample, uint8_t mask[5])
{
	uint8_t block[32];
	int n = 0;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool good = ctx && EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, keys->hp, NULL) &&
		    EVP_EncryptUpdate(ctx, block, &n, sample, 16);
	EVP_CIPHER_CTX_free(ctx);
	memcpy(mask, block, good ? 5 : 0);
	return good;
}

/* RFC 9001, section 5.3: AEAD_AES_128_GCM; the nonce is the iv, the packet number worked into its end. */
bool quic_open(const struct quic_keys *keys, uint64_t number, const uint8_t *header, uint32_t header_len,
	const uint8_t *in, uint32_t len, uint8_t *out)
{
	uint8_t nonce[12], tag[QUIC_TAG];
	int n = 0;
	memcpy(nonce, keys->iv, sizeof(nonce));
	for (unsigned i = 0; i < 8; i++)
		nonce[11 - i] ^= (uint8_t)(number >> 8 * i);
	memcpy(tag, in + len, sizeof(tag));
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool good = ctx && EVP_DecryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, keys->key, nonce) &&
		    EVP_DecryptUpdate(ctx, NULL, &n, header, (int)header_len) &&
		    EVP_DecryptUpdate(ctx, out, &n, in, (int)len) &&
		    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, sizeof(tag), tag) &&
		    EVP_DecryptFinal_ex(ctx, out + len, &n) > 0;
	EVP_CIPHER_CTX_free(ctx);
	return good;
}
