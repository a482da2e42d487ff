package catalog

import (
	"maps"
	"slices"
	"strings"
)

// collector puts series together to metrics. Servers name metadata by metric
// and series by series, so which belongs to which is decided at the end.
type collector struct {
	types    map[string]string // "" after servers disagreed
	help     map[string]string
	labels   map[string]map[string]bool // by name of series; nil: not known
	recorded map[string]bool
}

func newCollector() *collector {
	return &collector{types: map[string]string{}, help: map[string]string{}, labels: map[string]map[string]bool{}, recorded: map[string]bool{}}
}

// describe adds metadata. Targets that disagree make the type unknown.
func (c *collector) describe(name, metricType, help string) {
	if !slices.Contains(Types(), metricType) {
		metricType = ""
	}
	if old, ok := c.types[name]; ok && old != metricType {
		metricType = ""
	}
	c.types[name] = metricType
	if c.help[name] == "" {
		c.help[name] = strings.TrimSpace(help)
	}
}

// series adds the series of one name with the names of their labels; nil means
// that they are not known.
func (c *collector) series(name string, labels []string) {
	set := c.labels[name]
	if set == nil && labels != nil {
		set = map[string]bool{}
	}
	for _, l := range labels {
		if l != "__name__" && l != "" {
			set[l] = true
		}
	}
	c.labels[name] = set
}

// builtin are the series that Prometheus makes of its own alerts.
func builtin(name string) bool { return name == "ALERTS" || name == "ALERTS_FOR_STATE" }

// catalog makes the catalogue of what was added.
func (c *collector) catalog() *Catalog {
	byName := map[string]Metric{}
	for _, name := range slices.Sorted(maps.Keys(c.labels)) {
		if builtin(name) {
			continue
		}
		metric, metricType := c.metricOf(name)
		m, seen := byName[metric]
		if !seen {
			m = Metric{Name: metric, Type: metricType, Help: c.helpOf(metric), Recorded: c.recorded[name]}
		}
		if set := c.labels[name]; set != nil {
			if m.Labels == nil {
				m.Labels = []string{}
			}
			for l := range set {
				if metric != name && l == "le" || metricType == Summary && l == "quantile" {
					continue
				}
				m.Labels = append(m.Labels, l)
			}
		}
		byName[metric] = m
	}
	return New(slices.Collect(maps.Values(byName)))
}

// metricOf returns the metric that a series belongs to, and its type.
func (c *collector) metricOf(series string) (name, metricType string) {
	if t, ok := c.types[series]; ok {
		return series, t
	}
	for _, suffix := range []string{"_bucket", "_sum", "_count", "_gsum", "_gcount"} {
		base, ok := strings.CutSuffix(series, suffix)
		if !ok {
			continue
		}
		if t := c.types[base]; t == Histogram || t == Summary || t == GaugeHistogram {
			return base, t
		}
	}
	// OpenMetrics describes counters and infos without the suffix that their
	// series have; here they go by the name that queries use.
	for suffix, t := range map[string]string{"_total": Counter, "_info": Info} {
		if base, ok := strings.CutSuffix(series, suffix); ok && c.types[base] == t {
			if t == Info {
				return series, Gauge
			}
			return series, Counter
		}
	}
	if base, ok := strings.CutSuffix(series, "_created"); ok && slices.Contains([]string{Counter, Histogram, Summary}, c.types[base]) {
		return series, Gauge
	}
	return series, ""
}

func (c *collector) helpOf(name string) string {
	if h := c.help[name]; h != "" {
		return h
	}
	for _, suffix := range []string{"_total", "_info", "_created"} {
		if base, ok := strings.CutSuffix(name, suffix); ok && c.help[base] != "" {
			return c.help[base]
		}
	}
	return ""
}
