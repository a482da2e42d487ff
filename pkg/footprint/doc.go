// Package footprint remembers what was asked of the file system, so that one
// can tell later whether it would be answered as before.
//
// A log is a file system that writes down every question together with the
// answer: the content of a file or that there is none, the names in a folder,
// whether a path is a folder. What it has written down is a footprint. If all
// of its questions have the same answers again, whatever was computed from them
// alone is what it was; build systems know this as a verifying trace.
//
// Contents count, not times: a file that was touched is the same, and one that
// was edited within the resolution of the clock is not.
package footprint
