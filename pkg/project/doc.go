// Package project finds and loads the project file, monctl.cue (or .yaml or
// .json), and says where the sources of a project lie.
//
// A project is a directory. An Environment is one place that its sources are
// rendered for; a Target is one receiver of an environment, such as one server
// of an act/act pair. Sources are files below the project, found by patterns;
// their kind says what the renderer expects in them. Without a project file,
// the defaults of the schema (schemas/project.cue) hold, and the one
// environment is called "default".
package project
