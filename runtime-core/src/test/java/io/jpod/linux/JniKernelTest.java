package io.jpod.linux;

class JniKernelTest extends KernelContract {
    private static final Kernel KERNEL = new JniKernel();

    @Override
    Kernel kernel() {
        return KERNEL;
    }
}
