package convert

import (
	"slices"
	"strings"

	"github.com/monctl/monctl/pkg/bundle"
)

// prometheus offers the builders of prometheus.libsonnet: relabelling steps,
// jobs, and then the whole.
func (c *converter) prometheus() {
	root := at{"", c.value}
	c.library("prometheus", "prometheus.libsonnet", nil)
	c.settings = append(c.settings, item{key: "secret", value: calls("std.native", name("'secret'"))})
	o := &offered{c: c}
	jobs := root.sub("scrape_configs").elems()
	c.value.Walk(func(pointer string, v bundle.Value) bool {
		if v.Kind == bundle.Array && strings.HasSuffix(pointer, "relabel_configs") {
			for _, step := range (at{pointer, v}).elems() {
				o.offer(step.pointer, step.value, func() (expr, bool) { return c.relabelling(step) })
			}
		}
		return true
	})
	o.settle()
	for _, j := range jobs {
		o.offer(j.pointer, j.value, func() (expr, bool) { return c.job(j) })
	}
	o.settle()
	o.offer("", c.value, func() (expr, bool) { return c.scraping(root) })
	o.settle()
}

// scraping is prometheus.config(…) of a whole configuration.
func (c *converter) scraping(root at) (expr, bool) {
	global, jobs := root.sub("global"), root.sub("scrape_configs")
	fields := []string{"scrape_interval", "scrape_timeout", "evaluation_interval", "external_labels"}
	if len(without(global.value, fields...)) > 0 || jobs.value.Kind != bundle.Array {
		return expr{}, false
	}
	spec := expr{form: object, items: c.fields(global.pointer, global.value)}
	if root.value.Has("rule_files") {
		spec.items = append(spec.items, c.field("", root.value, "rule_files"))
	}
	spec.items = append(spec.items, c.item("jobs", jobs.pointer, c.expr(jobs.pointer, jobs.value)))
	if extra := c.fields("", root.value, "global", "rule_files", "scrape_configs"); len(extra) > 0 {
		spec.items = append(spec.items, item{key: "extra", value: expr{form: object, items: extra}})
	}
	return calls("prometheus.config", spec), true
}

// jobOptions are the fields of a job that the library knows.
var jobOptions = []string{
	"metrics_path", "scheme", "params", "scrape_interval", "scrape_timeout", "honor_labels", "relabel_configs",
	"metric_relabel_configs", "sample_limit",
}

// job is prometheus.job.static(…) or .files(…).
func (c *converter) job(j at) (expr, bool) {
	static, files := j.sub("static_configs"), j.sub("file_sd_configs")
	var function, source string
	var targets expr
	switch {
	case static.value.Kind == bundle.Array && len(static.value.Elem) > 0:
		function, source = "prometheus.job.static", "static_configs"
		targets = c.targets(static)
	case len(files.value.Elem) == 1 && len(files.value.Elem[0].Keys) == 1 && files.value.Elem[0].Has("files"):
		function, source = "prometheus.job.files", "file_sd_configs"
		list := files.elems()[0].sub("files")
		targets = c.expr(list.pointer, list.value)
	default:
		return expr{}, false
	}
	options := c.fields(j.pointer, j.value, without(j.value, jobOptions...)...)
	if extra := c.fields(j.pointer, j.value, append(slices.Clone(jobOptions), "job_name", source)...); len(extra) > 0 {
		options = append(options, item{key: "extra", value: expr{form: object, items: extra}})
	}
	args := []expr{c.text(j.value.Str("job_name")), targets}
	if len(options) > 0 {
		args = append(args, expr{form: object, items: options})
	}
	return calls(function, args...), true
}

// targets lists the addresses of a first group without labels one by one, as
// the library takes them.
func (c *converter) targets(static at) expr {
	list := expr{form: array}
	for i, group := range static.elems() {
		targets := group.sub("targets")
		if i == 0 && len(group.value.Keys) == 1 && targets.value.Kind == bundle.Array {
			list.items = append(list.items, c.expr(targets.pointer, targets.value).items...)
			continue
		}
		list.items = append(list.items, c.item("", group.pointer, c.expr(group.pointer, group.value)))
	}
	return list
}

// relabelling is prometheus.relabel.…(…) of a step that has just its fields.
func (c *converter) relabelling(step at) (expr, bool) {
	v := step.value
	has := func(keys ...string) bool {
		return len(keys) == len(v.Keys) && !slices.ContainsFunc(keys, func(k string) bool { return !v.Has(k) })
	}
	arg := func(key string) expr {
		a := step.sub(key)
		if key == "source_labels" && len(a.value.Elem) == 1 {
			return c.text(a.value.Elem[0].Text)
		}
		return c.expr(a.pointer, a.value)
	}
	list := func(function string, keys ...string) (expr, bool) {
		var args []expr
		for _, k := range keys {
			args = append(args, arg(k))
		}
		return calls("prometheus.relabel."+function, args...), true
	}
	switch action := v.Str("action"); {
	case has("target_label", "replacement"):
		return list("set", "target_label", "replacement")
	case has("source_labels", "target_label"):
		return list("copy", "source_labels", "target_label")
	case has("source_labels", "target_label", "regex"):
		return list("copy", "source_labels", "target_label", "regex")
	case has("source_labels", "target_label", "regex", "replacement"):
		return list("copy", "source_labels", "target_label", "regex", "replacement")
	case (action == "keep" || action == "drop") && has("action", "source_labels", "regex"):
		return list(action, "source_labels", "regex")
	case action == "labelkeep" && has("action", "regex"):
		return list("labelKeep", "regex")
	case action == "labeldrop" && has("action", "regex"):
		return list("labelDrop", "regex")
	case action == "labelmap" && has("action", "regex", "replacement"):
		return list("labelMap", "regex", "replacement")
	case action == "hashmod" && has("action", "source_labels", "target_label", "modulus"):
		return list("hashMod", "source_labels", "target_label", "modulus")
	}
	return expr{}, false
}
