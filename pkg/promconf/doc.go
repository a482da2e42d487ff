// Package promconf asks Prometheus' own loaders about the two things that
// Prometheus reads: its configuration and rule groups.
//
// A rule Group is the view of one bundle object of kind "rules" that judging
// needs; what it does not know stays in the object. The verdict on a group is
// rulefmt's, on the configuration that of config.Load with every service
// discovery registered that upstream's binary has. Findings carry the JSON
// Pointer of the part that made them.
//
// Files that a configuration names are not opened here, since they lie where
// it will be deployed.
package promconf
