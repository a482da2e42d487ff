// Package scaffold holds the files of a new project: two alerts with their unit
// tests and runbooks, routing with a placeholder for its secret, a scrape
// configuration, a dashboard, the project file, and a workflow for a CI system.
//
// A Format is the language of the sources, a CI the system that the workflow is
// for. What is made renders, validates without a remark, and passes its tests.
//
// The templates are Go's, with [[ and ]], since rules and workflows have braces
// of their own.
package scaffold
