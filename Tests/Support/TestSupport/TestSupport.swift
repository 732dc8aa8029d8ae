/// What several test targets share: the simulated network, virtual time, waiting, temporary folders.
package enum TestSupport {}
