// Package schema says what is wrong with a bundle so that it could not be
// deployed: it asks the loaders of Prometheus, Alertmanager and Grafana's
// types about every object and adds what only the whole bundle shows.
//
// What the loaders refuse is an error here, and what they accept is none;
// opinions are pkg/lint's. Every finding has its object, the JSON Pointer
// within it and the place in the sources that the part came from.
package schema
