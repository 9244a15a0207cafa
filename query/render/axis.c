/* Where the ticks of an axis stand and what they are called. */
#include <math.h>

#include "query/render/canvas.h"

static const struct {
	double at; /* spans from here on */
	double unit;
	const char *names[5]; /* by enum chart_unit */
} units[] = {
	{ 1e12, 1e12, { "T", "T", NULL, "TB", "Tbit/s" } },
	{ 1e9, 1e9, { "G", "G", NULL, "GB", "Gbit/s" } },
	{ 1e6, 1e6, { "M", "M", NULL, "MB", "Mbit/s" } },
	{ 1e3, 1e3, { "k", "k", NULL, "kB", "kbit/s" } },
	{ 1, 1, { "", "", "s", "bytes", "bit/s" } },
	{ 1e-3, 1e-3, { NULL, NULL, "ms", NULL, NULL } },
	{ 1e-6, 1e-6, { NULL, NULL, "\xc2\xb5s", NULL, NULL } },
	{ 1e-9, 1e-9, { NULL, NULL, "ns", NULL, NULL } },
};

static void choose_unit(double size, enum chart_unit unit, double *divisor, const char **name)
{
	*divisor = 1;
	*name = units[4].names[unit];
	for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].names[unit] && size >= units[i].at) {
			*divisor = units[i].unit;
			*name = units[i].names[unit];
			return;
		}
}

/* 1, 2 or 5 times a power of ten. */
static double round_step(double raw)
{
	double power = pow(10, floor(log10(raw))), lead = raw / power;
	return (lead <= 1.0001 ? 1 : lead <= 2.0001 ? 2 : lead <= 5.0001 ? 5 : 10) * power;
}

/* Seconds beyond two minutes are read as on a clock. */
static double clock_step(double raw)
{
	static const double steps[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800,
		21600, 43200, 86400 };
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (raw <= steps[i])
			return steps[i];
	return round_step(raw / 86400) * 86400;
}

void scale_fit(struct scale *s, double from, double to, enum chart_unit unit, unsigned wanted, bool grow)
{
	if (!(to > from)) {
		/* One value alone: room around it; sizes and counts still begin at 0. */
		double room = unit == UNIT_COUNT ? 1 : fabs(from) > 0 ? fabs(from) * 0.5 : 1;
		to = from + room;
		from = from >= 0 && from - room < 0 ? 0 : from - room;
	}
	double raw = (to - from) / wanted;
	s->clock = unit == UNIT_SECONDS && to - from > 120;
	s->step = s->clock ? clock_step(raw) : round_step(raw);
	if (unit == UNIT_COUNT && s->step < 1)
		s->step = 1;
	if (grow) {
		from = floor(from / s->step + 1e-9) * s->step;
		to = ceil(to / s->step - 1e-9) * s->step;
	}
	s->from = from;
	s->to = to;
	s->n = 0;
	for (double k = ceil(from / s->step - 1e-9); s->n < TICKS_MAX && k * s->step <= to + s->step * 1e-9;
		k++)
		s->ticks[s->n++] = k * s->step;
	/* Small counts stay as they are: 2 000 is nearer than 2 k. */
	double size = fmax(fabs(from), fabs(to));
	choose_unit(unit <= UNIT_NUMBER && size < 1e4 ? 1 : size, unit, &s->unit, &s->suffix);
	s->decimals = 0;
	for (double rest = s->step / s->unit; s->decimals < 6 && fabs(rest - round(rest)) > 1e-6; rest *= 10)
		s->decimals++;
}

double scale_at(const struct scale *s, double value)
{
	return s->pixel_from + (value - s->from) / (s->to - s->from) * (s->pixel_to - s->pixel_from);
}

void scale_label(const struct scale *s, double value, char out[32])
{
	double v = fabs(value) < s->step * 1e-6 ? 0 : value;
	if (!s->clock) {
		snprintf(out, 32, "%.*f", (int)s->decimals, v / s->unit);
		return;
	}
	long long seconds = llround(fabs(v)), days = seconds / 86400;
	const char *sign = v < 0 ? "-" : "";
	if (s->step >= 86400)
		snprintf(out, 32, "%s%lld d", sign, days);
	else if (s->to >= 86400)
		snprintf(out, 32, "%s%lldd %lld:%02lld", sign, days, seconds / 3600 % 24, seconds / 60 % 60);
	else if (s->to >= 3600)
		snprintf(out, 32, "%s%lld:%02lld:%02lld", sign, seconds / 3600, seconds / 60 % 60,
			seconds % 60);
	else
		snprintf(out, 32, "%s%lld:%02lld", sign, seconds / 60, seconds % 60);
}

void scale_title(const struct scale *s, const struct axis *axis, char *out, size_t size)
{
	const char *unit = s->clock ? (s->to >= 86400         ? s->step >= 86400 ? "days" : "days h:mm"
					      : s->to >= 3600 ? "h:mm:ss"
							      : "m:ss")
				    : s->suffix;
	const char *title = axis->title ? axis->title : "";
	if (!*unit)
		snprintf(out, size, "%s", title);
	else
		snprintf(out, size, *title ? "%s (%s)" : "%s%s", title, unit);
}

/* Beyond two minutes seconds are hard to read. */
static bool long_time(double seconds, char out[32])
{
	static const struct {
		double from, unit;
		const char *name;
	} spans[] = { { 172800, 86400, "days" }, { 7200, 3600, "h" }, { 120, 60, "min" } };
	for (unsigned i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		if (fabs(seconds) >= spans[i].from) {
			double v = seconds / spans[i].unit;
			snprintf(
				out, 32, "%.*f %s", fabs(v) < 100 && v != floor(v) ? 1 : 0, v, spans[i].name);
			return true;
		}
	return false;
}

void value_label(double value, enum chart_unit unit, char out[32])
{
	if (unit == UNIT_SECONDS && long_time(value, out))
		return;
	double divisor;
	const char *name;
	choose_unit(unit <= UNIT_NUMBER && fabs(value) < 1e4 ? 1 : fabs(value), unit, &divisor, &name);
	double v = value / divisor;
	/* Three digits are enough to read. */
	int decimals = divisor == 1 && v == floor(v) ? 0 : fabs(v) < 10 ? 2 : fabs(v) < 100 ? 1 : 0;
	snprintf(out, 32, "%.*f%s%s", decimals, v, *name ? " " : "", name);
}
