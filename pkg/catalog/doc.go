// Package catalog is a project's list of the metrics that its servers have:
// the file metrics.yaml, checked in beside the sources, so that checks know
// what exists without asking a server.
//
// A Metric is one family: its name, its type, the names of the labels that its
// series can have, its help text. The series of a classic histogram or a
// summary, x_bucket, x_sum and x_count, belong to the one metric x, and "le"
// and "quantile" are not among its labels. A metric is recorded if rules make
// it and no target does.
//
// What the file does not say is unknown, and unknown is no ground for a
// finding: a metric without type can be of any, one without labels can have
// any.
//
// A Snapshot is a catalogue made of what a server answers (Prometheus' HTTP
// API: /api/v1/label/__name__/values, /api/v1/metadata, /api/v1/labels,
// /api/v1/rules) or of the text that a target exposes.
package catalog
