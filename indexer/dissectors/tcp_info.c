/* What the packet list says of a segment: "443 → 51000 [SYN, ACK] Seq=0 Ack=1 Win=65535 Len=0 MSS=1460", and
 * in front of it what the analysis found. A payload's own text replaces the former, the marks stay. */
#include "indexer/dissectors/pseudo.h"
#include "indexer/dissectors/tcp_option.h"
#include "indexer/track/tcp.h"

enum { SYN = 0x02, ACK = 0x10 };

static void flags(struct packet *pkt, uint32_t bits)
{
	static const char *const names[] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE" };
	const char *separator = "";
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (bits >> i & 1) {
			info_add(pkt, "%s%s", separator, names[i]);
			separator = ", ";
		}
	if (bits & 0xe00)
		info_add(pkt, "%sReserved", separator);
	else if (!(bits & 0xfff))
		info_add(pkt, "%s", "<None>");
}

static void edges(struct packet *pkt, const struct tcp_segment *s, const struct tcp_facts *f)
{
	for (unsigned i = 0; i < s->nsack; i++)
		info_add(pkt, " SLE=%u SRE=%u", s->sack_le[i] - f->ack_base, s->sack_re[i] - f->ack_base);
}

/* The options in their order; where the edges stand is marked, since they count from a base that was not
 * known when they were read. */
static void options(struct packet *pkt, const struct tcp_segment *s, const struct tcp_facts *f)
{
	char *at = strchr(pkt->info->note, TCP_INFO_SACK);
	if (at) {
		info_add(pkt, "%.*s", (int)(at - pkt->info->note), pkt->info->note);
		edges(pkt, s, f);
		info_add(pkt, "%s", at + 1);
		pkt->info->note_len = 0;
		pkt->info->note[0] = '\0';
	}
	info_notes(pkt);
}

/* The last to be put in front stands first. */
static void marks(struct packet *pkt, const struct tcp_facts *f, bool syn)
{
	static const struct {
		uint32_t flag;
		const char *text;
	} known[] = {
		{ TCPA_REUSED_PORTS, "[TCP Port numbers reused] " },
		{ TCPA_RETRANSMISSION, "[TCP Retransmission] " },
		{ TCPA_FAST_RETRANSMISSION, "[TCP Fast Retransmission] " },
		{ TCPA_SPURIOUS_RETRANSMISSION, "[TCP Spurious Retransmission] " },
		{ TCPA_OUT_OF_ORDER, "[TCP Out-Of-Order] " },
		{ TCPA_LOST_SEGMENT, "[TCP Previous segment not captured] " },
		{ TCPA_ACK_LOST_SEGMENT, "[TCP ACKed unseen segment] " },
		{ TCPA_WINDOW_UPDATE, "[TCP Window Update] " },
		{ TCPA_WINDOW_FULL, "[TCP Window Full] " },
		{ TCPA_KEEP_ALIVE, "[TCP Keep-Alive] " },
		{ TCPA_KEEP_ALIVE_ACK, "[TCP Keep-Alive ACK] " },
		{ TCPA_DUPLICATE_ACK, NULL },
		{ TCPA_ZERO_WINDOW_PROBE, "[TCP ZeroWindowProbe] " },
		{ TCPA_ZERO_WINDOW, "[TCP ZeroWindow] " },
		{ TCPA_ZERO_WINDOW_PROBE_ACK, "[TCP ZeroWindowProbeAck] " },
	};
	uint32_t found = f->flags;
	/* A SYN-ACK that a later one contradicts. */
	if (syn && !(found & TCPA_REUSED_PORTS) && info_later(pkt, "tcp.analysis.reused_ports"))
		found |= TCPA_REUSED_PORTS;
	if (found & (TCPA_FAST_RETRANSMISSION | TCPA_SPURIOUS_RETRANSMISSION))
		found &= ~(uint32_t)TCPA_RETRANSMISSION;
	for (unsigned i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (!(found & known[i].flag))
			continue;
		if (known[i].text)
			info_prepend_fenced(pkt, "%s", known[i].text);
		else
			info_prepend_fenced(pkt, "[TCP Dup ACK %u#%u] ", f->dup_ack_frame, f->dup_ack_num);
	}
}

void tcp_info(struct packet *pkt, const struct tcp_segment *s, const struct tcp_facts *f)
{
	if (!pkt->info || pkt->in_error)
		return;
	info_set(pkt, "%u → %u", s->srcport, s->dstport);
	if (s->hdr_len < 20) {
		info_add(pkt, ", bogus TCP header length (%u, must be at least 20)", s->hdr_len);
		return;
	}
	info_add(pkt, "%s", " [");
	flags(pkt, s->flags);
	info_add(pkt, "] Seq=%u", f->seq);
	if (s->flags & ACK)
		info_add(pkt, " Ack=%u", f->ack);
	info_add(pkt, " Win=%u", f->window);
	if (s->flags & 0x20 || s->urgent)
		info_add(pkt, " Urg=%u", s->urgent);
	if (s->len_known)
		info_add(pkt, " Len=%u", s->len);
	options(pkt, s, f);
	if (f->record && f->analysed && s->whole)
		marks(pkt, f, s->flags & SYN);
}
