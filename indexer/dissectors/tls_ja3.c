/* JA3 and JA3S: what a hello offers, as text, and its MD5. https://github.com/salesforce/ja3 describes them:
 *
 *     version,suites,extensions,groups,point formats     (client)
 *     version,suite,extensions                           (server)
 *
 * decimal numbers joined by "-", without those of GREASE (RFC 8701). */
#include <openssl/evp.h>

#include "indexer/dissectors/tls.h"
#include "schema/hex.h"

void tls_ja3_number(char *text, size_t size, size_t *used, char before, unsigned number)
{
	char digits[10];
	unsigned n = 0;
	if (*used + sizeof(digits) + 4 > size)
		return;
	if (before)
		text[(*used)++] = before;
	do
		digits[n++] = (char)('0' + number % 10);
	while ((number /= 10));
	while (n)
		text[(*used)++] = digits[--n];
}

void tls_ja3_set(struct row *hello, unsigned full, unsigned digest, const struct tls_ja3 *ja3)
{
	uint8_t md5[EVP_MAX_MD_SIZE];
	unsigned len;
	char text[32];
	if (*hello->fail || !EVP_Digest(ja3->text, ja3->used, md5, &len, EVP_md5(), NULL) || len != 16)
		return;
	hex_put(text, md5, len, '\0');
	row_text(hello, full, ja3->text, ja3->used, NULL, 0);
	row_text(hello, digest, text, sizeof(text), NULL, 0);
}
