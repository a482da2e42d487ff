// Package paging says who is told about the alerts of a bundle, and how that
// differs between two states of a project.
//
// A Config is one Alertmanager configuration with what follows from it. An
// Alert is one alerting rule with what is known of the labels of its alerts
// when they get to Alertmanager: some have a value, some are absent, of some
// the value comes out of a query; or it is a label set that a test names. A
// Case is a choice of values for the unknown labels on which something depends,
// out of those that the matchers tell apart (routing.Classes), so that the
// alert takes one way only. An Outcome is what becomes of a case: the Ends,
// which are the routes that it ends in with their receivers and timers, and the
// inhibition rules that can mute it.
//
// A Change is a difference of outcomes. It is certain where every case of an
// alert has it, and possible where only some have.
package paging
