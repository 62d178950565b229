package io.jpod.linux;

class FfmKernelTest extends KernelContract {
    private static final Kernel KERNEL = new FfmKernel();

    @Override
    Kernel kernel() {
        return KERNEL;
    }
}
