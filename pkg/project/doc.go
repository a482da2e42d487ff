// Package project finds and loads the project file, monctl.cue (or .yaml or
// .json), and says where the sources of a project lie.
//
// A project is a directory. An Environment is one place that its sources are
// rendered for; a Target is one receiver of an environment, such as one server
// of an act/act pair. Sources are files below the project, found by patterns;
// their kind says what the renderer expects in them. Without a project file,
// the defaults of the schema (schemas/project.cue) hold, and the one
// environment is called "default".
//
// An abstract environment is only inherited from. An Adjustment says how what
// vendored sources evaluate to is changed; a Context is monitoring that another
// project keeps.
package project
