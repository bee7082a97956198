/** What must hold of the manifests under {@code k8s/}. */
@NullMarked
package dev.mainstay.stack.k8s;

import org.jspecify.annotations.NullMarked;
