(import '../value.libsonnet') + (import 'sibling.libsonnet')
