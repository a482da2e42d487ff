// Package lint holds monctl's opinions: checks for what loads and runs and is
// a mistake all the same.
//
// A Check has a stable code, a default severity below error and a function
// that looks at a Pass, the parsed view of a whole bundle. One check is one
// file, one test and one page under docs/checks; the table in checks.go names
// them all. Nothing registers itself.
//
// What does not load is pkg/schema's: a rule whose expression does not parse,
// a configuration that Alertmanager refuses, is not in the Pass, so that one
// mistake is one finding. A check says only what is certain. Where a label
// comes out of a query, its value is unknown, and unknown is no finding.
package lint
