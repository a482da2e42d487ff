// Package routing knows Alertmanager's configuration: it asks Alertmanager's
// own loader about it, and says which receivers an alert reaches.
//
// A Tree is the routing tree of one configuration. A Route is one node of it,
// known by the JSON Pointer of its place in the configuration, with what it
// inherits filled in. Match returns the routes that an alert ends in, in
// order; it is Alertmanager's own Match, so it knows no time and no grouping.
//
// Where only some labels of an alert are known (LabelFunc), Reach says in which
// routes it is certain or possible to end, and Trace says why, step by step. A
// Class stands for the values of a label that matchers do not tell apart. A
// Calendar says when the time intervals of a configuration are.
//
// Matchers and label names are read as Alertmanager's server reads them unless
// told otherwise: as UTF-8 first, in the classic syntax where that fails or
// where the two disagree.
package routing
