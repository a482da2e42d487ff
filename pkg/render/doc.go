// Package render turns the sources of a project into the bundle of an
// environment and, beside it, the environment's tests.
//
// A source is evaluated (Jsonnet, CUE) or read (YAML, JSON) to a value, and the
// value's shape says what it holds: a rule file, rule groups, a map of rule
// files, a mixin, dashboards, a Kubernetes resource. Each shape is taken apart
// into objects, whose origins lead back to the source. What a source evaluates
// to is never changed on the way, except for what the project file asks for:
// the environment's external labels, and the adjustments of mixins and sources.
// Those match rules and dashboards as the source has them, and what they set has
// the project file as its origin.
//
// Environments share what is the same: a source is evaluated for one of them,
// and the result taken for all others in which everything that the evaluation
// has looked at is the same.
//
// A target is a view of its environment: the same objects with the labels of
// one replica, and only those that it selects.
package render
