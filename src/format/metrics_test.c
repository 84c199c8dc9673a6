/* Tests of OpenMetrics text; tests/watch holds it against another's reader too. */
#include "format/metrics.h"

#include "base/test.h"

TEST(metrics_are_written_as_the_standard_has_them)
{
	static const uint32_t BOUNDS[] = { 500, 10000, 2500000 };
	static const uint64_t TOOK[] = { 3, 0, 2, 1 };
	SCOPED_BUF b;

	(void)t;
	buf_init(&b, 10000);
	metrics_family(&b, "a", "counter", NULL, "What\nis \"counted\" \\ here");
	metrics_sample(&b, "a", "_total", METRICS_NONE, UINT64_MAX);
	metrics_sample(&b, "a", "_total", METRICS_LABELS({ "x", "\"\\\n" }, { "y", "\u00f5" }), 0);
	metrics_family(&b, "b_seconds", "gauge", "seconds", "Age");
	metrics_milli(&b, "b_seconds", METRICS_NONE, 1007);
	metrics_milli(&b, "b_seconds", METRICS_NONE, -1);
	metrics_family(&b, "c_seconds", "histogram", "seconds", "Time");
	metrics_histogram(&b, "c_seconds", METRICS_LABELS({ "r", "/" }), BOUNDS, 3, TOOK, 12000345);
	metrics_end(&b);
	EXPECT_TEXT("# TYPE a counter\n"
		    "# HELP a What\\nis \\\"counted\\\" \\\\ here\n"
		    "a_total 18446744073709551615\n"
		    "a_total{x=\"\\\"\\\\\\n\",y=\"\u00f5\"} 0\n"
		    "# TYPE b_seconds gauge\n"
		    "# UNIT b_seconds seconds\n"
		    "# HELP b_seconds Age\n"
		    "b_seconds 1.007\n"
		    "b_seconds -0.001\n"
		    "# TYPE c_seconds histogram\n"
		    "# UNIT c_seconds seconds\n"
		    "# HELP c_seconds Time\n"
		    "c_seconds_bucket{r=\"/\",le=\"0.0005\"} 3\n"
		    "c_seconds_bucket{r=\"/\",le=\"0.01\"} 3\n"
		    "c_seconds_bucket{r=\"/\",le=\"2.5\"} 5\n"
		    "c_seconds_bucket{r=\"/\",le=\"+Inf\"} 6\n"
		    "c_seconds_count{r=\"/\"} 6\n"
		    "c_seconds_sum{r=\"/\"} 12.000345\n"
		    "# EOF\n",
		    b.bytes);
}
