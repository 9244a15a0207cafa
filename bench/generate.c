/* A large capture to measure with, always the same for the same arguments: TCP connections with handshake,
 *requests in HTTP or records of TLS, some segments sent again; DNS over UDP; ARP. Written to standard output.
 *
 *	generate FRAMES [FRAMES_PER_STREAM]	FRAMES_PER_STREAM: 20; 4 makes a million streams of 4 million
 *frames */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 0x9e3779b97f4a7c15;
static uint64_t now_us = 1700000000u * UINT64_C(1000000);
static uint64_t written, wanted;

/* xorshift64* (Marsaglia 2003, Vigna 2016). */
static uint32_t chance(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % below;
}

static void le32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void be16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void be32(uint8_t *p, uint32_t v)
{
	be16(p, v >> 16);
	be16(p + 2, v);
}

static void write_frame(const uint8_t *frame, uint32_t len)
{
	uint8_t record[16];
	if (written++ >= wanted)
		return;
	now_us += chance(300);
	le32(record, (uint32_t)(now_us / 1000000));
	le32(record + 4, (uint32_t)(now_us % 1000000));
	le32(record + 8, len);
	le32(record + 12, len);
	fwrite(record, sizeof(record), 1, stdout);
	fwrite(frame, len, 1, stdout);
}

struct end {
	uint32_t address;
	uint16_t port;
	uint32_t seq;
};

enum { ETHER = 14, IP = 20, TCP = 20, UDP = 8, FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

static uint8_t frame[2048];

/* Ethernet and IPv4 headers (RFC 791) in front of `len` octets. */
static void headers(uint32_t from, uint32_t to, uint8_t protocol, uint32_t len)
{
	static uint16_t id;
	uint32_t sum = 0;
	memcpy(frame, "\x02\x00", 2);
	be32(frame + 2, to);
	memcpy(frame + 6, "\x02\x00", 2);
	be32(frame + 8, from);
	be16(frame + 12, 0x0800);
	uint8_t *ip = frame + ETHER;
	memcpy(ip, "\x45\x00", 2);
	be16(ip + 2, IP + len);
	be16(ip + 4, id++);
	be16(ip + 6, 0x4000);
	ip[8] = 64;
	ip[9] = protocol;
	be16(ip + 10, 0);
	be32(ip + 12, from);
	be32(ip + 16, to);
	for (int i = 0; i < IP; i += 2)
		sum += (uint32_t)ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	be16(ip + 10, ~(sum + (sum >> 16)));
}

static void segment(struct end *a, const struct end *b, uint8_t flags, const void *payload, uint32_t len)
{
	uint8_t *tcp = frame + ETHER + IP;
	headers(a->address, b->address, 6, TCP + len);
	be16(tcp, a->port);
	be16(tcp + 2, b->port);
	be32(tcp + 4, a->seq);
	be32(tcp + 8, flags & ACK ? b->seq : 0);
	tcp[12] = 5 << 4;
	tcp[13] = flags;
	be16(tcp + 14, 64000);
	be32(tcp + 16, chance(65536) << 16);
	if (len)
		memcpy(tcp + TCP, payload, len);
	write_frame(frame, ETHER + IP + TCP + len);
	if (len && chance(200) == 0)
		write_frame(frame, ETHER + IP + TCP + len); /* sent again */
	a->seq += len + (flags & (SYN | FIN) ? 1 : 0);
}

/* A record of application data (RFC 8446, section 5.2) or a message of HTTP; octets that compress somewhat.
 */
static uint32_t fill(uint8_t *out, uint32_t size, int tls)
{
	static const char text[] = "GET /index.html HTTP/1.1\r\nHost: www.example.com\r\nAccept: */*\r\n\r\n";
	if (!tls) {
		memcpy(out, text, sizeof(text) - 1);
		return sizeof(text) - 1;
	}
	memcpy(out, "\x17\x03\x03", 3);
	be16(out + 3, size - 5);
	for (uint32_t i = 5; i < size; i++)
		out[i] = (uint8_t)(i % 3 ? chance(256) : 0);
	return size;
}

static void stream(unsigned frames)
{
	uint8_t payload[1400];
	struct end a = { 0x0a000000u | chance(1u << 16), (uint16_t)(20000 + chance(40000)),
		chance(1u << 30) };
	int tls = chance(4) != 0;
	struct end b = { 0xc6336400u | chance(256), (uint16_t)(tls ? 443 : 80), chance(1u << 30) };
	segment(&a, &b, SYN, NULL, 0);
	segment(&b, &a, SYN | ACK, NULL, 0);
	segment(&a, &b, ACK, NULL, 0);
	for (unsigned i = 3; i + 1 < frames; i++) {
		struct end *from = i % 4 ? &b : &a;
		int data = i % 3 != 2;
		uint32_t len = data ? fill(payload, 100 + chance(1300), tls || from == &b) : 0;
		segment(from, from == &a ? &b : &a, data ? PSH | ACK : ACK, payload, len);
	}
	segment(&a, &b, FIN | ACK, NULL, 0);
}

/* A question for an address (RFC 1035, section 4.1) and its answer. */
static void lookup(void)
{
	uint8_t *udp = frame + ETHER + IP, *dns = udp + UDP;
	uint32_t client = 0x0a000000u | chance(1u << 16), server = 0x0a000035, id = chance(65536);
	char name[12];
	snprintf(name, sizeof(name), "\x07host%03u", chance(1000));
	for (int answer = 0; answer < 2; answer++) {
		uint32_t len = UDP + 12 + 21 + (answer ? 16 : 0);
		headers(answer ? server : client, answer ? client : server, 17, len);
		be16(udp, answer ? 53 : 40000 + id % 1000);
		be16(udp + 2, answer ? 40000 + id % 1000 : 53);
		be32(udp + 4, len << 16);
		memset(dns, 0, 12);
		be16(dns, id);
		be16(dns + 2, answer ? 0x8180 : 0x0100);
		dns[5] = 1;
		dns[7] = (uint8_t)answer;
		memcpy(dns + 12, name, 8);
		memcpy(dns + 20,
			"\x07"
			"example\0\0\x01\0\x01",
			13);
		memcpy(dns + 33, "\xc0\x0c\0\x01\0\x01\0\0\x01\x2c\0\x04\xc6\x33\x64\x07", 16);
		write_frame(frame, ETHER + IP + len);
	}
}

/* RFC 826. */
static void arp(void)
{
	uint32_t who = 0x0a000000u | chance(1u << 16);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, "\x02\x00", 2);
	be32(frame + 8, who);
	be16(frame + 12, 0x0806);
	memcpy(frame + 14, "\0\x01\x08\0\x06\x04\0\x01", 8);
	memcpy(frame + 22, frame + 6, 6);
	be32(frame + 28, who);
	memset(frame + 32, 0, 6);
	be32(frame + 38, 0x0a000001);
	write_frame(frame, 42);
}

int main(int argc, char **argv)
{
	static const uint8_t header[24] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, [16] = 0, 0, 4, 0, [20] = 1 };
	char *end = NULL;
	wanted = argc > 1 ? strtoull(argv[1], &end, 10) : 0;
	unsigned frames = argc > 2 ? (unsigned)atoi(argv[2]) : 20;
	if (!wanted || *end || frames < 4 || frames > 1000000) {
		fputs("usage: generate FRAMES [FRAMES_PER_STREAM, 4 or more] >capture.pcap\n", stderr);
		return 2;
	}
	fwrite(header, sizeof(header), 1, stdout);
	while (written < wanted) {
		stream(frames);
		if (chance(3) == 0)
			lookup();
		if (chance(10) == 0)
			arp();
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
