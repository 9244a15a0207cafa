#include "indexer/dissectors/sip_call.h"

static uint64_t digest(struct text t)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	for (uint32_t i = 0; i < t.len; i++)
		h = (h ^ (uint8_t)t.at[i]) * UINT64_C(0x100000001b3);
	return h ? h : 1;
}

static struct sip_call *find(struct sip_calls *calls, unsigned side, uint64_t call)
{
	for (unsigned i = 0; i < SIP_CALLS; i++)
		if (calls->sent[side][i].call == call)
			return &calls->sent[side][i];
	return NULL;
}

/* Is this what the side sent last? A request again while there was no other, a response with the same code.
 */
static bool is_again(const struct sip_call *last, const struct sip_message *m, uint64_t method)
{
	return last->call && last->cseq == m->cseq && last->method == method && last->code == m->code;
}

struct sip_place sip_place(struct packet *pkt, struct sip_calls *calls, const struct sip_message *m)
{
	struct sip_place place = { 0 };
	if (!m->call_id.len || !m->has_cseq)
		return place;
	unsigned side = pkt_side(pkt);
	uint64_t call = digest(m->call_id), method = digest(m->method);
	struct sip_call *own = find(calls, side, call), *other = find(calls, !side, call);
	if (m->code && other && !other->code && other->cseq == m->cseq && other->method == method) {
		place.request = other->frame;
		place.request_ns = other->time_ns;
	}
	/* TCP sends again itself what was lost: the same message is another one. */
	if (own && !pkt->stream && is_again(own, m, method)) {
		place.resend_of = own->frame;
		return place;
	}
	if (!own) {
		own = &calls->sent[side][calls->next[side]];
		calls->next[side] = (uint8_t)((calls->next[side] + 1) % SIP_CALLS);
	}
	*own = (struct sip_call) { call, method, m->cseq, pkt->number, pkt->time_ns, m->code };
	return place;
}
