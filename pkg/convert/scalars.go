package convert

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/monctl/monctl/pkg/bundle"
)

// readScalars says of every scalar that Jsonnet has no form for what it is:
// what the field that reads it makes of it, where that is known, else what the
// options have.
func (c *converter) readScalars() {
	c.value = c.mapValue("", c.value, func(pointer string, v bundle.Value) bundle.Value {
		written := unspeakable(v)
		if written == "" {
			return v
		}
		if read, ok := c.asRead(pointer, written); ok {
			return read
		}
		span := c.doc.Origin.At(pointer)
		read := bundle.StringValue(written)
		switch c.opts.Scalars {
		case ScalarsAsValue:
			read = meaning(written)
		case ScalarsAsText:
		case RefuseScalars:
			fallthrough
		default:
			e := c.diags.Errorf("convert/scalar", span, "Jsonnet cannot say %s as it is written here", written)
			e.Hint = "write what is meant, '" + written + "' in quotes for a text, or choose with --scalars text or value"
			return v
		}
		c.diags.Warnf("convert/scalar", span, "%s becomes %s", written, encoded(read))
		return read
	})
}

// unspeakable is what is written of a scalar that Jsonnet has no form for, ""
// of any other.
func unspeakable(v bundle.Value) string {
	if v.Kind != bundle.Number {
		return v.Src
	}
	if f, err := strconv.ParseFloat(v.Text, 64); err == nil && bundle.NumberValue(f).Text == v.Text {
		return ""
	}
	return v.Text
}

var (
	words = regexp.MustCompile(`^(?i:(y|yes|on|true)|(n|no|off|false))$`)
	// sixties is what YAML 1.1 has for numbers to the base of 60, times of the
	// day and ranges among them. Go's readers know no such numbers.
	sixties = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(:[0-9]+)+(\.[0-9_]*)?$`)
)

// asRead is what Prometheus or Alertmanager makes of a scalar, by the field
// that it stands in; false says that this is not known.
func (c *converter) asRead(pointer, written string) (bundle.Value, bool) {
	if sixties.MatchString(written) {
		return bundle.StringValue(written), true
	}
	r, ok := readers()[c.kind]
	if !ok {
		return bundle.Value{}, false
	}
	path := fields(pointer)
	key, around := path[len(path)-1], path[:len(path)-1]
	read := meaning(written)
	switch {
	case slices.ContainsFunc(around, isTextMap):
		return bundle.StringValue(written), true
	case slices.ContainsFunc(path, r.anything):
		return bundle.Value{}, false
	case slices.Contains(r.bools, key):
		return read, read.Kind == bundle.Bool
	case slices.Contains(r.numbers, key):
		return read, read.Kind == bundle.Number && exact(written)
	case r.texts != nil && !slices.Contains(r.texts, key):
		return bundle.Value{}, false
	}
	return bundle.StringValue(written), true
}

// fields are the names of the fields that a pointer leads through; what stands
// in an array belongs to the field of the array.
func fields(pointer string) []string {
	names := []string{""}
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if _, err := strconv.Atoi(token); err != nil {
			names = append(names, token)
		}
	}
	return names
}

// exact reports whether a number is one that Jsonnet has: no integer beyond
// what a floating point number holds.
func exact(written string) bool {
	n, err := strconv.ParseInt(strings.ReplaceAll(written, "_", ""), 0, 64)
	return err != nil || int64(float64(n)) == n
}

// isTextMap reports whether a field holds texts by names of the user's own.
func isTextMap(field string) bool {
	return slices.Contains([]string{
		"labels", "annotations", "external_labels", "headers", "http_headers", "params", "endpoint_params",
		"match", "match_re", "source_match", "source_match_re", "target_match", "target_match_re",
	}, field)
}

// reader says how the fields of a kind of configuration are read: all as texts
// but for those that are listed.
type reader struct {
	bools, numbers []string
	// values hold anything, and tell a number from a text.
	values []string
	// texts, if there are any, are the only fields that are texts for certain.
	texts []string
}

// anything reports whether it is not known how what stands in a field is read.
func (r reader) anything(field string) bool {
	return slices.Contains(r.values, field) || strings.HasSuffix(field, "_sd_configs")
}

// readers are those of Alertmanager 0.34 (config.Config) and Prometheus 3.15
// (config.Config, rulefmt.RuleGroups). Fields that are a text in one place and
// something else in another are among those that hold anything.
func readers() map[bundle.Kind]reader {
	return map[bundle.Kind]reader{
		bundle.Rules: {
			numbers: []string{"limit"},
			texts:   []string{"name", "interval", "query_offset", "alert", "record", "expr", "for", "keep_firing_for", "partial_response_strategy"},
		},
		bundle.Alertmanager: {
			bools: []string{
				"batch", "continue", "disable_notifications", "enable_http2", "enable_update", "enabled", "follow_redirects", "force_implicit_tls",
				"insecure", "insecure_skip_verify", "link_names", "monospace", "persistent_notifications", "proxy_from_environment",
				"requested_ack", "require_tls", "send_resolved", "short", "short_fields", "smtp_force_implicit_tls", "smtp_require_tls",
				"update_alerts", "update_message", "use_aws_http_client", "use_fips_sts_endpoint",
			},
			numbers: []string{
				"batch_max_bytes", "batch_max_events", "buffer_size", "chat_id", "max_alerts", "max_retries", "message_thread_id",
				"sampling_fraction", "workers",
			},
			values: []string{"html", "claims", "details", "fields", "payload"},
		},
		bundle.Prometheus: {
			bools: []string{
				"always_scrape_classic_histograms", "convert_classic_histograms_to_nhcb", "convert_histograms_to_nhcb", "enable_compression",
				"enable_http2", "extra_scrape_metrics", "failed_request_logging", "filter_external_labels", "follow_redirects", "honor_labels",
				"honor_timestamps", "insecure", "insecure_skip_verify", "keep_identifying_resource_attributes",
				"label_name_preserve_multiple_underscores", "label_name_underscore_sanitization", "promote_all_resource_attributes",
				"promote_scope_metadata", "proxy_from_environment", "read_recent", "retry_on_http_429", "round_robin_dns",
				"scrape_native_histograms", "send", "send_certificate_chain", "send_exemplars", "send_native_histograms",
				"track_timestamps_staleness", "use_fips_sts_endpoint",
			},
			numbers: []string{
				"capacity", "chunked_read_limit", "gogc", "keep_dropped_targets", "label_limit", "label_name_length_limit",
				"label_value_length_limit", "max_exemplars", "max_samples_per_send", "max_shards", "min_shards", "modulus",
				"native_histogram_bucket_limit", "native_histogram_min_bucket_factor", "percentage", "sample_limit", "sampling_fraction",
				"stale_series_compaction_threshold", "target_limit",
			},
			values: []string{"claims"},
		},
	}
}

// meaning is what YAML reads a plain scalar as.
func meaning(written string) bundle.Value {
	if m := words.FindStringSubmatch(written); m != nil {
		return bundle.BoolValue(m[1] != "")
	}
	var f float64
	n := yaml.Node{Kind: yaml.ScalarNode, Value: written}
	if tag := n.ShortTag(); (tag == "!!int" || tag == "!!float") && n.Decode(&f) == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
		return bundle.NumberValue(f)
	}
	if n.ShortTag() == "!!null" {
		return bundle.Value{}
	}
	return bundle.StringValue(written)
}
