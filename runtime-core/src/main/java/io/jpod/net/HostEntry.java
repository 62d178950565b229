package io.jpod.net;

import io.jpod.linux.Ip;
import java.util.List;

/** A line of hosts(5): the names of an address. */
public record HostEntry(Ip address, List<String> names) {}
