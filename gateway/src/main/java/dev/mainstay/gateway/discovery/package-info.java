/** Servers found by DNS: who is asked, what an answer means, and when. */
@NullMarked
package dev.mainstay.gateway.discovery;

import org.jspecify.annotations.NullMarked;
