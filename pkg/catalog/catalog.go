package catalog

import (
	"slices"
	"sort"
	"strings"
)

// FormatVersion is the version of metrics.yaml.
const FormatVersion = 1

// The types of metrics, as OpenMetrics names them; "" is unknown.
const (
	Counter        = "counter"
	Gauge          = "gauge"
	Histogram      = "histogram"
	GaugeHistogram = "gaugehistogram"
	Summary        = "summary"
	Info           = "info"
	StateSet       = "stateset"
)

// Types lists the types that metrics.yaml may name.
func Types() []string {
	return []string{Counter, Gauge, GaugeHistogram, Histogram, Info, StateSet, Summary}
}

// Metric is one metric.
type Metric struct {
	Name string
	// Type is one of Types or "", which is unknown.
	Type string
	// Labels are the names of the labels that its series can have, sorted. Nil
	// means that they are not known, an empty list that there are none.
	Labels []string
	Help   string
	// Recorded says that recording rules make it.
	Recorded bool
}

// Catalog is a list of metrics. It is immutable.
type Catalog struct {
	metrics []Metric // sorted by name, each name once
}

// New makes a catalogue. Of two metrics of one name the last is kept.
func New(metrics []Metric) *Catalog {
	byName := map[string]Metric{}
	for _, m := range metrics {
		if m.Labels != nil {
			m.Labels = append([]string{}, m.Labels...)
			slices.Sort(m.Labels)
			m.Labels = slices.Compact(m.Labels)
		}
		byName[m.Name] = m
	}
	c := &Catalog{}
	for _, m := range byName {
		c.metrics = append(c.metrics, m)
	}
	slices.SortFunc(c.metrics, func(a, b Metric) int { return strings.Compare(a.Name, b.Name) })
	return c
}

// Metrics returns the metrics sorted by name. The slice must not be changed.
func (c *Catalog) Metrics() []Metric { return c.metrics }

// Len returns the number of metrics.
func (c *Catalog) Len() int { return len(c.metrics) }

// Get returns the metric of exactly that name.
func (c *Catalog) Get(name string) (Metric, bool) {
	i := sort.Search(len(c.metrics), func(i int) bool { return c.metrics[i].Name >= name })
	if i < len(c.metrics) && c.metrics[i].Name == name {
		return c.metrics[i], true
	}
	return Metric{}, false
}

// Series is what the catalogue knows of the series of one name.
type Series struct {
	Metric Metric
	// Type is that of these series alone: "counter" for the buckets of a
	// histogram. "" is unknown.
	Type string
	// Suffix is what the name has beyond that of its metric: "_bucket".
	Suffix string
}

// HasLabel reports whether the series can have a label, and whether that is
// known at all.
func (s Series) HasLabel(name string) (has, known bool) {
	switch {
	case s.Metric.Labels == nil:
		return true, false
	case name == "le" && s.Suffix == "_bucket", name == "quantile" && s.Suffix == "" && s.Metric.Type == Summary:
		return true, true
	default:
		_, has := slices.BinarySearch(s.Metric.Labels, name)
		return has, true
	}
}

// suffixes are those that the series of a metric have beyond its name, by the
// type of the metric.
func suffixes(metricType string) map[string]string {
	switch metricType {
	case Histogram:
		return map[string]string{"_bucket": Counter, "_sum": Counter, "_count": Counter, "_created": Gauge}
	case GaugeHistogram:
		return map[string]string{"_bucket": Gauge, "_gsum": Gauge, "_gcount": Gauge}
	case Summary:
		return map[string]string{"_sum": Counter, "_count": Counter, "_created": Gauge}
	case Counter:
		return map[string]string{"_total": Counter, "_created": Gauge}
	case Info:
		return map[string]string{"_info": Gauge}
	default:
		return nil
	}
}

// Find returns the metric that the series of some name belong to.
func (c *Catalog) Find(series string) (Series, bool) {
	if m, ok := c.Get(series); ok {
		t := m.Type
		switch t {
		case Summary, Info, StateSet:
			t = Gauge // the series itself; those with suffixes are found below
		}
		return Series{Metric: m, Type: t}, true
	}
	i := strings.LastIndexByte(series, '_')
	if i < 0 {
		return Series{}, false
	}
	m, ok := c.Get(series[:i])
	if !ok {
		return Series{}, false
	}
	t, ok := suffixes(m.Type)[series[i:]]
	return Series{Metric: m, Type: t, Suffix: series[i:]}, ok
}

// Matching reports whether a metric, or one of its series, has a name that
// satisfies a predicate; the names begin with prefix.
func (c *Catalog) Matching(prefix string, match func(name string) bool) bool {
	// A series' name may be longer than its metric's, never shorter, so that
	// metrics whose names end within the prefix count as well.
	i := sort.Search(len(c.metrics), func(i int) bool { return c.metrics[i].Name >= prefix })
	for ; i < len(c.metrics) && strings.HasPrefix(c.metrics[i].Name, prefix); i++ {
		if c.metrics[i].matches(match) {
			return true
		}
	}
	for j := strings.LastIndexByte(prefix, '_'); j > 0; j = strings.LastIndexByte(prefix[:j], '_') {
		if m, ok := c.Get(prefix[:j]); ok && m.matches(match) {
			return true
		}
	}
	return false
}

func (m Metric) matches(match func(string) bool) bool {
	if match(m.Name) {
		return true
	}
	for suffix := range suffixes(m.Type) {
		if match(m.Name + suffix) {
			return true
		}
	}
	return false
}

// Names returns the names of all metrics, sorted.
func (c *Catalog) Names() []string {
	names := make([]string, 0, len(c.metrics))
	for _, m := range c.metrics {
		names = append(names, m.Name)
	}
	return names
}

// Merge returns the catalogue with another one's metrics added. Where both
// have a metric, the other's type and help win if it has them, and labels are
// added up; what is unknown to one of them is as the other says.
func (c *Catalog) Merge(other *Catalog) *Catalog {
	all := slices.Clone(c.metrics)
	for _, m := range other.metrics {
		if old, ok := c.Get(m.Name); ok {
			if m.Type == "" {
				m.Type = old.Type
			}
			if m.Help == "" {
				m.Help = old.Help
			}
			if m.Labels == nil && old.Labels != nil {
				m.Labels = old.Labels
			} else if m.Labels != nil {
				m.Labels = append(slices.Clone(m.Labels), old.Labels...)
			}
		}
		all = append(all, m)
	}
	return New(all)
}
