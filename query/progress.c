#include "query/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "query/render/render.h"

void progress_begin(struct progress *p, size_t files, uint64_t total, bool quiet)
{
	const char *term = getenv("TERM");
	*p = (struct progress) { .files = files, .total = total, .file = 1 };
	p->on = !quiet && isatty(STDERR_FILENO) && (!term || strcmp(term, "dumb") != 0);
	clock_gettime(CLOCK_MONOTONIC, &p->start);
	p->last = p->start;
}

static double since(const struct timespec *then)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

/* 1234567 as "1,234,567". */
static const char *grouped(char out[32], uint64_t v)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)v), used = 0;
	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			out[used++] = ',';
		out[used++] = digits[i];
	}
	out[used] = '\0';
	return out;
}

void progress_text(char *out, size_t size, const struct progress *p, const char *path, uint64_t done,
	uint64_t frames, double seconds)
{
	char number[32], left[48] = "", count[48] = "";
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	uint64_t octets = p->done + done, all = p->frames + frames;
	double per_second = seconds > 0 ? 1 / seconds : 0;
	if (p->files > 1)
		snprintf(count, sizeof(count), "[%zu/%zu] ", p->file, p->files);
	if (p->total && octets && octets <= p->total) {
		unsigned s = (unsigned)((double)(p->total - octets) / ((double)octets * per_second) + 0.5);
		int n = snprintf(left, sizeof(left), "%3u %%  ", (unsigned)(octets * 100 / p->total));
		if (s >= 3600)
			snprintf(left + n, sizeof(left) - (size_t)n, "%u:%02u:%02u left  ", s / 3600,
				s / 60 % 60, s % 60);
		else
			snprintf(left + n, sizeof(left) - (size_t)n, "%u:%02u left  ", s / 60, s % 60);
	}
	snprintf(out, size, "%s%s%s frames  %.0fk frames/s  %.0f MB/s  %s", count, left, grouped(number, all),
		(double)all * per_second / 1e3, (double)octets * per_second / 1e6, name);
}

void progress_show(struct progress *p, const char *path, uint64_t done, uint64_t frames)
{
	char text[512];
	struct winsize w;
	if (!p->on || since(&p->last) < 0.2)
		return;
	clock_gettime(CLOCK_MONOTONIC, &p->last);
	progress_text(text, sizeof(text), p, path, done, frames, since(&p->start));
	size_t width = ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 1 ? w.ws_col - 1u : 79,
	       n = strlen(text);
	while (n > width || (n && render_visible_width(text, n) > width))
		n--;
	fputs("\r", stderr);
	render_visible(stderr, text, n);
	fputs("\033[K", stderr);
	fflush(stderr);
	p->shown = true;
}

void progress_add(struct progress *p, uint64_t done, uint64_t frames)
{
	p->done += done;
	p->frames += frames;
	p->file++;
}

void progress_clear(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
