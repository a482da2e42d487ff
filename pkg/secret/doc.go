// Package secret finds the values that stand behind the placeholders of a
// bundle.
//
// A secret is known by its name, "slack/url": segments of letters, digits,
// ".", "_" and "-", separated by slashes. A Provider knows where the values
// are kept: in the environment, in a directory of files, or in several places
// after each other. An empty value counts as none, since an empty key is never
// what was meant.
//
// Values are looked up when they are needed and are not kept here, so that a
// rotated secret is seen at the next activation. This package knows no bundle
// and reads no environment: both are handed to it.
package secret
